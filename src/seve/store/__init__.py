"""The record store: all SQL. PostgreSQL only, embedded by default, any server by URL.

Every function that touches a person's data asks for a `Grant`, which only `seve.engine.access` makes.
"""
