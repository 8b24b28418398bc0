"""What a resource must pass before it is stored: the rules of R4 and of the profiles it claims."""

from __future__ import annotations

from seve.fhir import Resource
from seve.fhir.definitions import Definitions


class Checker:
    """Validates against the definitions in force."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions

    def check(self, resource: Resource) -> None:
        """Raises InvalidContent with every issue found."""
