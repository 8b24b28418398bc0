"""Benchmarks of Sève, or of any FHIR server by URL: `python -m bench`."""
