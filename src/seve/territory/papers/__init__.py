"""The documents in a record: plain text, PDF and CDA R2, written from templates."""
