"""Writes, one function a deed."""
