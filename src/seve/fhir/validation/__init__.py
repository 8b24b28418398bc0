"""Validation of resources against R4: structure, invariants, bindings, references, extensions and profiles.

`from seve.fhir.validation.validator import Validator` is the door; what it asks of others is in `seams`.
"""
