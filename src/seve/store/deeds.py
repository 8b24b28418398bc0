"""Deeds: what is to happen to a resource, decided against the version that stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.fhir.search.entries import Entries
from seve.fhir.search.keys import value_key
from seve.store.rows import Traits

if TYPE_CHECKING:
    import asyncpg


@dataclass(frozen=True, slots=True)
class Current:
    """The latest version of a resource. `body` is None when it has been deleted."""

    vid: int
    version: int
    body: str | None
    traits: Traits

    @classmethod
    def of(cls, row: asyncpg.Record) -> Current:
        """From a row of `write.current`."""
        traits = Traits(row["patient"], row["author"], row["veil"], row["kind"])
        return cls(row["vid"], row["version"], row["body"], traits)


@dataclass(frozen=True, slots=True)
class Draft:
    """What to write: a resource with its index entries, or a deletion (`resource` None)."""

    method: str
    resource: Resource | None
    entries: Entries


@dataclass(frozen=True, slots=True)
class Deed:
    """One change. `decide` sees the current version (None: never existed), and answers with a draft, with None when nothing
    has to change, or raises a Refusal. It may be called again when others were quicker, so it must not have effects.
    `is_new` says that the server gave the id: nothing stands under it yet.
    """

    type: str
    id: str
    decide: Callable[[Current | None], Draft | None]
    is_new: bool = False

    @property
    def ref(self) -> int:
        """The key of the resource."""
        return value_key(f"{self.type}/{self.id}")


@dataclass(frozen=True, slots=True)
class Written:
    """The state after a deed: the version in force, its document (None: deleted), and whether the deed changed anything."""

    type: str
    id: str
    vid: int
    version: int
    body: str | None
    is_changed: bool
    is_created: bool


Unit = Sequence[Deed]
