"""Reads of the directory: searches, one thing and what belongs to it, the figures of units."""
