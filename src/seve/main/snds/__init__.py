"""Importing extracts of the SNDS: their files found, their tables joined on disk, their resources handed on."""
