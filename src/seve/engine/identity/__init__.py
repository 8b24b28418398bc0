"""Who is there: accounts, sign-in, sessions, applications and what they were granted."""
