"""Accounts, sessions, applications and what they may do, in SQL. These rows say who asks: they are read before a grant exists."""
