"""The rows of a batch as the arguments of `write.insert`: one row a version, its index entries as array literals.

A text of numbers costs the driver one value a column where an array of arrays would cost one a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from seve.fhir.access.reaches import ALWAYS, CARE_LIFTS, PURPOSES, Reach
from seve.fhir.search.entries import Entries
from seve.fhir.search.keys import ABOUT, compartment_key, trigrams, value_key
from seve.store.lexemes import vector

_PATIENT = compartment_key("Patient")
_PATIENT_KIND = value_key("Patient")
_VERSION_COLUMNS = 12
_INDEX_COLUMNS = 15
_TEXT_COLUMNS = 5
_REACH_COLUMNS = 8


@dataclass(slots=True)
class Rows:
    """What one statement inserts; `arguments` gives its parameters in order."""

    versions: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    ended: list[int] = field(default_factory=list[int])
    indexed: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    texts: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    reaches: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])

    def add_version(
        self,
        entries: Entries,
        traits: Traits,
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
        present = _array(entries.present)
        marks = (traits.author, traits.veil, traits.kind)
        self.versions.append((vid, ref, version, traits.patient, type_, id_, method, body, present, *marks))
        self._add_entries(entries, vid=vid, patient=traits.patient)
        self.reaches += [row_of(reach, vid) for reach in reaches_of(entries, traits)]

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
            *_columns(self.reaches, _REACH_COLUMNS),
        ]


@dataclass(frozen=True, slots=True)
class Traits:
    """What access to a version is decided from; a deletion keeps those of what it deletes."""

    patient: int
    author: int
    veil: int
    kind: int

    @classmethod
    def of(cls, entries: Entries, *, author: int) -> Traits:
        """Those of a document."""
        return cls(patient_key(entries), author, entries.veil, entries.kind)


def reaches_of(entries: Entries, traits: Traits) -> list[Reach]:
    """The rows of `reach` of a version. Who registered a patient reaches them for care: the others need more than that."""
    if traits.kind != _PATIENT_KIND or not traits.author or not entries.reaches:
        return entries.reaches
    return [*entries.reaches, Reach(traits.patient, traits.author, PURPOSES["TREAT"], True, CARE_LIFTS, *ALWAYS)]


def row_of(reach: Reach, vid: int) -> tuple[Any, ...]:
    """The columns of a row of `reach`."""
    return (reach.patient, reach.reader, reach.purpose, reach.opens, reach.lifts, reach.since, reach.until, vid)


def links_of(entries: Entries) -> list[tuple[int, int]]:
    """All links of a version: its references, its patient compartments, and the patients it is about when they are several
    or when no compartment holds it, so that all of a patient's data is found by links.
    """
    links = entries.links + [(_PATIENT, value_key(f"Patient/{id_}")) for id_ in entries.patients]
    if len(entries.subjects) > 1 or not set(entries.subjects).issubset(entries.patients):
        links += [(ABOUT, value_key(f"Patient/{id_}")) for id_ in entries.subjects]
    return links


def patient_key(entries: Entries) -> int:
    """The key of the patient whose data it is, the first of several; 0 when it is nobody's."""
    return value_key(f"Patient/{entries.subjects[0]}") if entries.subjects else 0


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _arrays(rows: Sequence[tuple[float, ...]], width: int) -> list[str]:
    return [_array(column) for column in zip(*rows, strict=True)] if rows else ["{}"] * width


def _array(values: Iterable[float]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
