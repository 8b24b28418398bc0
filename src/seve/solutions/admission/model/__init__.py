"""Decisions on FHIR data, pure."""
