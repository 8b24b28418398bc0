"""The work of `$export` (Bulk Data Access v2, 2.1): type by type, in windows of versions, as the store was at the kick-off.

What is stored is the list of versions that belong to each file; they are read when the file is downloaded (store/tasks).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from seve.engine.refusals import InvalidParameter
from seve.engine.tasks.granting import background
from seve.engine.tasks.refusals import Outdated
from seve.fhir.codec.json import parse
from seve.fhir.search.grammar import parse as parse_search
from seve.fhir.search.keys import compartment_key, value_key
from seve.fhir.search.query import And, CompartmentMatch, Criterion, Or
from seve.store import exporting
from seve.store.exporting import Window
from seve.store.tasks import DOCUMENTS, Hold, Output, Role

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

_WINDOW = 10_000
_FILE = 250_000
_LONGEST_HOURS = 20  # index rows of what ended a day ago are swept


@dataclass(frozen=True, slots=True)
class Asked:
    """An export as it was asked for; times are `vid`s, exclusive and inclusive. `members` None: not by patients' ids."""

    url: str
    since: int
    until: int
    types: list[str]
    filters: dict[str, list[str]]
    elements: list[str]
    is_of_patients: bool
    members: list[str] | None


@dataclass(frozen=True, slots=True)
class _Place:
    """How far an export is: the step and its last window's end; the file being filled, its next part, its lines so far."""

    step: int
    after: int
    file: int = 0
    part: int = 0
    count: int = 0


async def run_export(engine: Engine, hold: Hold) -> dict[str, Any]:
    """Fills the outputs from where they are."""
    asked = Asked(**hold.task.request)
    progress = hold.task.progress
    place = _Place(**progress["place"]) if progress else _Place(0, asked.since)
    if not progress:
        await exporting.settle(engine.database.pool, until=asked.until)
    steps = _steps(asked)
    while place.step < len(steps):
        _check_age(hold)
        role, type_ = steps[place.step]
        window = await exporting.window(
            engine.database.pool, type_=type_, after=place.after, until=asked.until, size=_WINDOW
        )
        if window is None:
            place = _Place(place.step + 1, asked.since, place.file + (place.part > 0))
            continue
        place, outputs = await _collected(engine, hold, asked, window, (role, place))
        await hold.advance(_progress(place, len(steps)), outputs)
    return _progress(place, len(steps))


def _steps(asked: Asked) -> list[tuple[Role, str]]:
    roles: tuple[Role, ...] = ("output", "deleted") if asked.since else ("output",)
    return [(role, type_) for role in roles for type_ in asked.types]


def _progress(place: _Place, steps: int) -> dict[str, Any]:
    return {"place": asdict(place), "shown": f"{place.step} of {steps} steps"}


def _check_age(hold: Hold) -> None:
    if time.time() - hold.task.created > _LONGEST_HOURS * 3_600:
        raise Outdated(hours=_LONGEST_HOURS)


async def _collected(
    engine: Engine, hold: Hold, asked: Asked, window: Window, at: tuple[Role, _Place]
) -> tuple[_Place, list[Output]]:
    role, place = at
    collect = _deleted if role == "deleted" else _matching
    vids = await collect(engine, hold, asked, window)
    following = replace(place, after=window.last)
    if not vids:
        return following, []
    type_ = "Bundle" if role == "deleted" else window.type
    count = -(-len(vids) // DOCUMENTS) if role == "deleted" else len(vids)
    output = Output(place.file, place.part, role, type_, count, vids=vids)
    if place.count + count >= _FILE:
        return replace(following, file=place.file + 1, part=0, count=0), [output]
    return replace(following, part=place.part + 1, count=place.count + count), [output]


async def _matching(engine: Engine, hold: Hold, asked: Asked, window: Window) -> list[int]:
    return await matching(engine, background(engine, hold.task), asked, window)


async def matching(engine: Engine, grant: Grant, asked: Asked, window: Window) -> list[int]:
    """The `vid`s in a window that are asked for and may be read; the audit trail is told whose data they are."""
    criteria = [*_members(asked), *await filters(engine, window.type, asked.filters.get(window.type, ()))]
    found = await exporting.matching(
        engine.database.pool,
        grant,
        window,
        criteria=tuple(criteria),
        until=asked.until,
        is_of_patients=asked.is_of_patients,
    )
    if found and grant.trace is not None:  # each window tells whose data it takes along
        patients = tuple(sorted({patient for _, patient in found} - {0}))
        await engine.ledger.record([grant.trace.act("export", "R", entities=(window.type,), patient_keys=patients)])
    return [vid for vid, _ in found]


def _members(asked: Asked) -> list[Criterion]:
    if asked.members is None:
        return []
    targets = tuple(value_key(f"Patient/{id_}") for id_ in asked.members)
    return [CompartmentMatch("", "Patient", "", (compartment_key("Patient"),), targets)]


async def filters(engine: Engine, type_: str, queries: Sequence[str]) -> list[Criterion]:
    """The criterion of `_typeFilter`s of one type: any of them is met. Raises what the search grammar refuses."""
    parsed = [await _filter(engine, type_, query) for query in queries]
    return [Or(tuple(parsed))] if parsed else []


async def _filter(engine: Engine, type_: str, text: str) -> Criterion:
    pairs = parse_qsl(text, keep_blank_values=True)
    query = parse_search(pairs, types=(type_,), parameters=engine.parameters, base_url=engine.base_url)
    if query.sort or query.count is not None or query.includes or query.revincludes or query.elements or query.summary:
        raise InvalidParameter(name="_typeFilter", value=f"{type_}?{text}"[:200], expression="http._typeFilter")
    return And((await engine.terminology.settled(query)).criteria)


async def _deleted(engine: Engine, hold: Hold, asked: Asked, window: Window) -> list[int]:
    """The deletions in a window; those of patients by what was deleted, since a deletion itself is in no compartment."""
    found = await exporting.deletions(engine.database.pool, background(engine, hold.task), window, until=asked.until)
    return [vid for vid, body in found if _is_meant(engine, asked, body)]


def _is_meant(engine: Engine, asked: Asked, body: str) -> bool:
    if not asked.is_of_patients:
        return True
    patients = engine.entries(parse(body.encode())).patients
    return bool(patients) if asked.members is None else not set(asked.members).isdisjoint(patients)
