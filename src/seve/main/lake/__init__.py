"""What feeds the lake from the store: the two don't know each other."""
