"""The rows of a batch as the arguments of `write.insert`: one row a version, its index entries as array literals.

A text of numbers costs the driver one value a column where an array of arrays would cost one a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from seve.fhir.search.entries import Entries
from seve.fhir.search.keys import compartment_key, trigrams, value_key
from seve.store.lexemes import vector

_PATIENT = compartment_key("Patient")
_VERSION_COLUMNS = 9
_INDEX_COLUMNS = 15
_TEXT_COLUMNS = 5


@dataclass(slots=True)
class Rows:
    """What one statement inserts; `arguments` gives its parameters in order."""

    versions: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    ended: list[int] = field(default_factory=list[int])
    indexed: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    texts: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])

    def add_version(
        self,
        entries: Entries,
        *,
        vid: int,
        ref: int,
        version: int,
        type_: str,
        id_: str,
        method: str,
        body: str | None,
    ) -> None:
        """One version with all its index rows."""
        patient = patient_key(entries)
        self.versions.append((vid, ref, version, patient, type_, id_, method, body, _array(entries.present)))
        self._add_entries(entries, vid=vid, patient=patient)

    def _add_entries(self, entries: Entries, *, vid: int, patient: int) -> None:
        self.indexed.append(
            (
                vid,
                patient,
                _array(entries.postings),
                *_arrays(links_of(entries), 2),
                *_arrays(entries.moments, 3),
                *_arrays(entries.quantities, 3),
                *_arrays(entries.positions, 3),
                vector(narrative=entries.narrative, texts=entries.texts),
            )
        )
        self.texts += [(key, value, vid, patient, _array(trigrams(value))) for key, value in entries.strings]
        self.texts += [(key, value, vid, patient, None) for key, value in entries.prefixes]

    def arguments(self) -> list[list[Any]]:
        """The columns, all tables in the statement's order."""
        return [
            *_columns(self.versions, _VERSION_COLUMNS),
            self.ended,
            *_columns(self.indexed, _INDEX_COLUMNS),
            *_columns(self.texts, _TEXT_COLUMNS),
        ]


def links_of(entries: Entries) -> list[tuple[int, int]]:
    """All links of a version: its references, and its patient compartments."""
    return entries.links + [(_PATIENT, value_key(f"Patient/{id_}")) for id_ in entries.patients]


def patient_key(entries: Entries) -> int:
    """The compartment key of a resource: that of its first patient, 0 when it belongs to none."""
    return value_key(f"Patient/{entries.patients[0]}") if entries.patients else 0


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _arrays(rows: Sequence[tuple[float, ...]], width: int) -> list[str]:
    return [_array(column) for column in zip(*rows, strict=True)] if rows else ["{}"] * width


def _array(values: Iterable[float]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
