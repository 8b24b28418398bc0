"""Validation of resources against R4: structure, invariants, bindings, references, extensions and profiles."""
