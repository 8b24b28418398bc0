"""What the pages of rights read and keep: who reaches a record, archives, retention."""
