"""Terminology as searches need it: value sets and hierarchies turned into codes before SQL."""

from __future__ import annotations

from seve.fhir.search.query import Query


class TerminologyService:
    """Decides what a search asks of a terminology."""

    async def settled(self, query: Query) -> Query:
        """The query with `:in`, `:not-in`, `:above` and `:below` replaced by the codes they stand for."""
        return query
