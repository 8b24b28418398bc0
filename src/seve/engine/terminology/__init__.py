"""The terminology service: what searches, validation and operations ask of code systems, value sets and concept maps."""

from seve.engine.terminology.service import TerminologyService

__all__ = ["TerminologyService"]
