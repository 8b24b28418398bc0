"""The access rule in SQL, and the tables that feed it."""
