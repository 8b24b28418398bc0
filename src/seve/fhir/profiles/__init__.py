"""Profiles: snapshots, slices and the check of resources against them (FHIR R4, Profiling FHIR)."""
