"""Profiles by canonical, made into trees when first asked for."""

from __future__ import annotations

from seve.fhir import Resource
from seve.fhir.definitions import Definitions
from seve.fhir.profiles.snapshot import SnapshotError, snapshot
from seve.fhir.profiles.tree import Node, tree


class Profiles:
    """The profiles of one set of definitions. A profile that can't be made is as unknown as one that isn't there."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._trees: dict[str, Node | None] = {}

    def definition(self, canonical: str) -> Resource | None:
        """The StructureDefinition of a profile or extension."""
        return self._definitions.resource("StructureDefinition", canonical)

    def tree(self, canonical: str) -> Node | None:
        """The rules of a profile; None when it is unknown."""
        if canonical not in self._trees:
            self._trees[canonical] = self._tree(canonical)
        return self._trees[canonical]

    def _tree(self, canonical: str) -> Node | None:
        definition = self.definition(canonical)
        if definition is None:
            return None
        try:
            return tree(snapshot(definition, self._definitions), definition["url"])
        except SnapshotError:
            return None

    def type_of(self, canonical: str) -> str | None:
        """The R4 type that a profile constrains."""
        definition = self.definition(canonical)
        return definition["type"] if definition else None
