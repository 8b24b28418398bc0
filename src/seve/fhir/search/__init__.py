"""FHIR R4 search as pure functions: what a resource gives to the indexes, and what a search asks of them."""

from seve.fhir.search.entries import Entries
from seve.fhir.search.extraction import extract
from seve.fhir.search.grammar import parse
from seve.fhir.search.limits import Limits
from seve.fhir.search.parameters import SearchParameter, SearchParameters
from seve.fhir.search.query import Query, resolved, unresolved

__all__ = [
    "Entries",
    "Limits",
    "Query",
    "SearchParameter",
    "SearchParameters",
    "extract",
    "parse",
    "resolved",
    "unresolved",
]
