"""Deeds."""
