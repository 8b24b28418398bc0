"""Sève: an open, sovereign e-health platform. FHIR R4 at the core, PostgreSQL beneath."""
