"""Compiles the official R4 definitions into the one artefact that the package carries."""
