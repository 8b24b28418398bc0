"""`AuditEvent` over the ledger: search (IHE ITI-81), read, and append; it has no other interaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from seve.engine.audit.criteria import Asked, asked
from seve.engine.audit.refusals import TrailImmutable
from seve.engine.audit.rendering import events
from seve.engine.bundles import bundle, entry
from seve.engine.pages import PARAMETER, searched
from seve.engine.refusals import BodyMissing, NotFound, TypeMismatch
from seve.engine.requests import Answer, Request
from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.store.audit import reading
from seve.store.audit.acts import Act, Action, Outcome
from seve.store.audit.reading import Found, Wanted
from seve.store.search.running import Place

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

_SCANNED = 20_000
"""How many entries one page looks at; a page that finds less than it may show has a next link all the same."""
_BATCH = 500
_FIRST = Place("", before=reading.LAST)


async def search_trail(
    engine: Engine, grant: Grant, request: Request, *, patients: Collection[str] | None = None
) -> Answer:
    """200 with a searchset Bundle of AuditEvents, newest first, without a total. `patients` narrows to events about these
    (references; None: no narrowing). Raises UnsupportedTrailParameter, InvalidTrailValue, PageGone.
    """
    found = asked(request.query, base_url=engine.base_url)
    text = searched(request.path, request.query)
    start = _start(engine, request, text)
    narrowed = _narrowed(found, patients)
    matches, following = await _matches(engine, grant, narrowed, start) if narrowed.count else ([], None)
    entries = [
        entry(engine.base_url, f"AuditEvent/{one['id']}", encode_json(one).decode(), mode="match") for one in matches
    ]
    base = f"{engine.base_url}/{request.path.removesuffix('_search').rstrip('/')}"
    kept = [pair for pair in request.query if pair[0] != PARAMETER]
    links = {"self": f"{base}?{urlencode(request.query)}" if request.query else base}
    if following:
        token = engine.pages.seal(following, search=text)
        links["next"] = f"{base}?{urlencode([*kept, (PARAMETER, token)])}"
    return Answer(200, bundle("searchset", entries, links=links))


async def read_event(engine: Engine, grant: Grant, id_: str, *, patients: Collection[str] | None = None) -> Answer:
    """200 with one AuditEvent. Raises NotFound, also for what is about others than `patients`."""
    if vid := _vid(id_):
        wanted = Wanted(since=vid, until=vid + 1)
        for found in await reading.find(engine.database.pool, grant, wanted, limit=1):
            async for event in _rendered(engine, [found], is_for_patients=patients is not None):
                if event["id"] == id_ and _is_about(event, patients):
                    return Answer(200, encode_json(event).decode(), version=1, vid=found.vid)
    raise NotFound(type="AuditEvent", id=id_)


async def append_event(engine: Engine, grant: Grant, request: Request) -> Answer:
    """201: another system's AuditEvent goes into the ledger as it came, beside the entries of this one. Raises BodyMissing,
    TypeMismatch, InvalidContent.
    """
    resource = request.resource
    if resource is None:
        raise BodyMissing
    if resource["resourceType"] != "AuditEvent":
        raise TypeMismatch(expected="AuditEvent", found=resource["resourceType"])
    await engine.check(resource)
    act = _received(grant, resource)
    (vid,) = await engine.ledger.record([act])
    patients = act.patients
    id_ = str(vid) if len(patients) < 2 else f"{vid}.1"
    return Answer(201, None, version=1, vid=vid, location=f"AuditEvent/{id_}/_history/1")


def refuse_change() -> None:
    """For update, patch and delete. Raises TrailImmutable."""
    raise TrailImmutable


def _start(engine: Engine, request: Request, text: str) -> Place:
    """Where a page begins: at an entry (`before`), after so many of its events (`offset`)."""
    token = dict(request.query).get(PARAMETER)
    return engine.pages.open_token(token, search=text) if token else _FIRST


def _narrowed(found: Asked, patients: Collection[str] | None) -> Asked:
    if patients is not None:
        allowed, found.is_for_patients = tuple(patients), True
        found.tests.append(lambda event: _is_about(event, allowed))
        if not found.wanted.patients:
            found.wanted = replace(found.wanted, patients=allowed or ("",))
    if found.id:
        vids = list(filter(None, map(_vid, found.id.split(","))))
        found.wanted = replace(found.wanted, since=min(vids, default=0), until=max(vids, default=-1) + 1)
    return found


def _vid(id_: str) -> int:
    """The entry of an event's id; 0 when it is none."""
    number = id_.partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0


def _is_about(event: Resource, patients: Collection[str] | None) -> bool:
    if patients is None:
        return True
    return any(one.get("what", {}).get("reference") in patients for one in event.get("entity", ()))


async def _matches(engine: Engine, grant: Grant, search: Asked, start: Place) -> tuple[list[Resource], Place | None]:
    """A page of events, and where the next one begins."""
    found, scanned = list[Resource](), 0
    vid, skipped = start.before or reading.LAST, start.offset
    while scanned < _SCANNED:
        until = vid + 1 if skipped else vid
        batch = await reading.find(engine.database.pool, grant, search.wanted.before(until), limit=_BATCH)
        scanned += len(batch)
        async for event in _rendered(engine, batch, is_for_patients=search.is_for_patients):
            place, turn = _place(event)
            if (place == vid and turn <= skipped) or not all(test(event) for test in search.tests):
                continue
            if len(found) == search.count:
                last, shown = _place(found[-1])
                return found, Place("", before=last, offset=shown)
            found.append(event)
        if len(batch) < _BATCH:
            return found, None
        vid, skipped = batch[-1].vid, 0
    return found, Place("", before=vid)


def _place(event: Resource) -> tuple[int, int]:
    """The entry of an event, and which of its events it is."""
    number, _, turn = event["id"].partition(".")
    return int(number), int(turn or 1)


async def _rendered(engine: Engine, batch: list[Found], *, is_for_patients: bool) -> AsyncIterator[Resource]:
    keys = (key for one in batch for key in one.act.patient_keys)
    references = await reading.references(engine.database.pool, keys)
    for vid, act in batch:
        for event in events(vid, act, references=references, base_url=engine.base_url, is_for_patients=is_for_patients):
            yield event


def _received(grant: Grant, sent: Resource) -> Act:
    """What another system reports, found by whom and what it names; who sent it stands beside."""
    by = next((a for a in sent["agent"] if a.get("requestor")), sent["agent"][0])
    touched = [one.get("what", {}).get("reference", "") for one in sent.get("entity", ())]
    trace = grant.trace
    return Act(
        interaction="received",
        action=_action(sent),
        outcome=_outcome(sent),
        agent=by.get("who", {}).get("reference", ""),
        display=by.get("name", ""),
        client=(trace.client or trace.agent) if trace else grant.holder,
        session=trace.session if trace else 0,
        entities=tuple(one for one in touched if one and not one.startswith("Patient/")),
        patients=tuple(dict.fromkeys(one.partition("/_history/")[0] for one in touched if one.startswith("Patient/"))),
        source=trace.source if trace else "",
        request=trace.request if trace else "",
        body=encode_json(sent).decode(),
    )


def _action(sent: Resource) -> Action:
    action = sent.get("action", "E")
    return action if action in ("C", "R", "U", "D") else "E"


def _outcome(sent: Resource) -> Outcome:
    match sent.get("outcome", "0"):
        case "0":
            return 0
        case "4":
            return 4
        case _:
            return 8
