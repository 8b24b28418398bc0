"""SMART App Launch 2.2, as far as it is pure: the grammar of scopes."""
