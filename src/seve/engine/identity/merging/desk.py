"""The identity desk (*cellule d'identitovigilance*): suspected duplicates of the patients that its organisation manages, to be looked
at by somebody who sees identities and no health data; merged, told apart, or merged by mistake and undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from seve.engine.dispatch import perform
from seve.engine.identity.merging.duplicates import CODE
from seve.engine.identity.merging.merge import merge
from seve.engine.identity.merging.records import replacement
from seve.engine.identity.merging.refusals import ChangedMeanwhile, NoSuchPair
from seve.engine.identity.merging.traces import SYSTEM
from seve.engine.identity.merging.unmerge import unmerge
from seve.engine.refusals import VersionMismatch
from seve.engine.requests import Request
from seve.fhir import Resource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seve.engine.engine import Engine
    from seve.engine.requests import Pairs
    from seve.store.grant import Grant

__all__ = ["NoSuchPair", "Pair", "merge_pair", "merged", "pair", "pairs", "tell_apart", "undo"]
_MOST = 100


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one person's. `other` is None when the desk does not reach it: another organisation's, or gone."""

    task: Resource
    one: Resource
    other: Resource | None

    @property
    def grade(self) -> str:
        """`certain` or `probable`."""
        return str(self._input("grade").get("valueCode", ""))

    @property
    def score(self) -> Decimal:
        """The chance that they are one, by matching: 0 to 1."""
        return Decimal(str(self._input("score").get("valueDecimal", 0)))

    def _input(self, name: str) -> dict[str, Any]:
        return _input(self.task, name)


async def pairs(engine: Engine, grant: Grant) -> list[Pair]:
    """What waits, the most certain first; pairs of which one record was merged meanwhile wait no more."""
    query = (("code", f"{SYSTEM}|{CODE}"), ("status", "requested"), ("_count", str(_MOST)))
    tasks = await _found(engine, grant, "Task", query)
    known = await _patients(engine, grant, (reference for task in tasks for reference in _pair_of(task)))
    found = [
        Pair(task, known[one], known.get(other))
        for task in tasks
        for one, other in (_pair_of(task),)
        if one in known and not _is_merged(known[one]) and not _is_merged(known.get(other, {}))
    ]
    return sorted(found, key=lambda pair: (pair.other is None, -pair.score, str(pair.task["id"])))


async def pair(engine: Engine, grant: Grant, id_: str) -> Pair:
    """One that waits. Raises NoSuchPair."""
    found = next((one for one in await pairs(engine, grant) if one.task["id"] == id_), None)
    if found is None:
        raise NoSuchPair
    return found


async def merge_pair(engine: Engine, grant: Grant, id_: str, *, kept: str) -> str:
    """Merges a pair into the record `kept` (`Patient/1`); answers the one that went. Raises NoSuchPair, and what `merge` does."""
    found = await pair(engine, grant, id_)
    references = [f"Patient/{one['id']}" for one in (found.one, found.other) if one is not None]
    gone = [one for one in references if one != kept]
    if kept not in references or not gone:
        raise NoSuchPair
    await merge(engine, grant, source=gone[0], target=kept, result=None, is_preview=False)
    return gone[0]


async def tell_apart(engine: Engine, grant: Grant, id_: str) -> None:
    """Two people: the pair does not come back. Raises NoSuchPair, ChangedMeanwhile."""
    task = (await pair(engine, grant, id_)).task
    version = f'W/"{task["meta"]["versionId"]}"'
    told = {**task, "status": "rejected"}
    try:
        await perform(engine, grant, Request("PUT", f"Task/{id_}", resource=told, if_match=version))
    except VersionMismatch as error:
        raise ChangedMeanwhile(reference=f"Task/{id_}") from error


async def merged(engine: Engine, grant: Grant) -> list[tuple[Resource, str]]:
    """Records that went, the latest first, each with the one that it was merged into."""
    query = (("active", "false"), ("_sort", "-_lastUpdated"), ("_count", str(_MOST)))
    found = await _found(engine, grant, "Patient", query)
    return [(one, into) for one in found if (into := replacement(one))]


async def undo(engine: Engine, grant: Grant, reference: str) -> None:
    """Undoes the merge of a record that went. Raises what `unmerge` does."""
    await unmerge(engine, grant, source=reference)


async def _patients(engine: Engine, grant: Grant, references: Iterable[str]) -> dict[str, Resource]:
    ids = sorted({one.removeprefix("Patient/") for one in references})
    query = (("_id", ",".join(ids)), ("_count", str(2 * _MOST)))
    found = await _found(engine, grant, "Patient", query) if ids else []
    return {f"Patient/{one['id']}": one for one in found}


async def _found(engine: Engine, grant: Grant, type_: str, query: Pairs) -> list[Resource]:
    answer = await perform(engine, grant, Request("GET", type_, query=query))
    return [entry["resource"] for entry in answer.resource.get("entry", ())]


def _pair_of(task: Resource) -> tuple[str, str]:
    other = _input(task, "other record").get("valueReference", {})
    return task["for"]["reference"], str(other.get("reference", ""))


def _input(task: Resource, name: str) -> dict[str, Any]:
    return next((one for one in task.get("input", ()) if one["type"].get("text") == name), {})


def _is_merged(patient: Resource) -> bool:
    return bool(replacement(patient))
