"""The rows of a batch, column by column as `unnest` takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from seve.fhir.search.entries import Entries
from seve.fhir.search.keys import compartment_key, trigrams, value_key

_PATIENT = compartment_key("Patient")


@dataclass(slots=True)
class Rows:
    """What one statement inserts. `add` takes a version; `columns` gives the arguments of `write.insert` in its order."""

    versions: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    ended: list[int] = field(default_factory=list[int])
    postings: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    links: list[tuple[int, int, int, int]] = field(default_factory=list[tuple[int, int, int, int]])
    moments: list[tuple[int, int, int, int, int]] = field(default_factory=list[tuple[int, int, int, int, int]])
    quantities: list[tuple[int, float, float, int, int]] = field(default_factory=list[tuple[int, float, float, int, int]])
    positions: list[tuple[int, float, float, int, int]] = field(default_factory=list[tuple[int, float, float, int, int]])
    texts: list[tuple[int, str, int, int, str]] = field(default_factory=list[tuple[int, str, int, int, str]])
    words: list[tuple[int, int, str, str]] = field(default_factory=list[tuple[int, int, str, str]])

    def add_version(
        self, *, vid: int, ref: int, version: int, patient: int, type_: str, id_: str, method: str, body: str | None
    ) -> None:
        """One row of `version`."""
        self.versions.append((vid, ref, version, patient, type_, id_, method, body))

    def add_entries(self, entries: Entries, *, vid: int, patient: int) -> None:
        """The index rows of one version."""
        self.postings += [(key, vid, patient) for key in entries.postings]
        self.links += [(param, target, vid, patient) for param, target in entries.links]
        self.links += [(_PATIENT, value_key(f"Patient/{id_}"), vid, patient) for id_ in entries.patients]
        self.moments += [(key, lo, hi, vid, patient) for key, lo, hi in entries.moments]
        self.quantities += [(key, lo, hi, vid, patient) for key, lo, hi in entries.quantities]
        self.positions += [(key, latitude, longitude, vid, patient) for key, latitude, longitude in entries.positions]
        self.texts += [(key, value, vid, patient, _array(trigrams(value))) for key, value in entries.strings]
        if entries.narrative or entries.content:
            self.words.append((vid, patient, entries.narrative, entries.content))

    def columns(self) -> list[list[Any]]:
        """The forty arrays of `write.insert`."""
        return [
            *_transposed(self.versions, 8),
            self.ended,
            *_transposed(self.postings, 3),
            *_transposed(self.links, 4),
            *_transposed(self.moments, 5),
            *_transposed(self.quantities, 5),
            *_transposed(self.positions, 5),
            *_transposed(self.texts, 5),
            *_transposed(self.words, 4),
        ]


def patient_key(entries: Entries) -> int:
    """The compartment key of a resource: that of its first patient, 0 when it belongs to none."""
    return value_key(f"Patient/{entries.patients[0]}") if entries.patients else 0


def _transposed(rows: list[Any], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _array(values: list[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
