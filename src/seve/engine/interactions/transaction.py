"""transaction: many changes that happen together or not at all (R4, 3.1.0.11.2).

Identities are settled first (ids for creates, matches for conditions), then references between entries are rewritten, then
everything is checked, then written in one commit in the standard's order: deletes, creates, updates and patches; reads last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from seve.engine.bundles import response_bundle
from seve.engine.interactions import create as creating
from seve.engine.interactions import delete as deleting
from seve.engine.interactions import patch as patching
from seve.engine.interactions import update as updating
from seve.engine.interactions.conditional import criteria_of, lock_of, selected
from seve.engine.interactions.create import answered
from seve.engine.interactions.entries import entry_of, request_of
from seve.engine.interactions.naming import body_of, check_id, check_type
from seve.engine.interactions.rewriting import conditional_references, rewritten
from seve.engine.refusals import (
    IdMismatch,
    InvalidBundle,
    MethodNotAllowed,
    MultipleMatches,
    NotFound,
    UnknownPath,
    UnresolvedReference,
)
from seve.engine.requests import Answer, Pairs, Request
from seve.fhir.validation.seams import PendingCode
from seve.kernel.identifiers import new_id
from seve.kernel.refusals import InvalidContent, Issue, Refusal
from seve.store.access.openings import RecordNotOpen
from seve.store.deeds import Deed
from seve.store.search.running import Found

if TYPE_CHECKING:
    from seve.engine.dispatch import Perform
    from seve.engine.engine import Engine
    from seve.store.database import Connection
    from seve.store.grant import Grant

_ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2, "GET": 3, "HEAD": 3}


@dataclass(slots=True)
class _Step:
    """One entry on its way: which resource it concerns, and the one that its condition found."""

    index: int
    request: Request
    full_url: str
    type: str = ""
    id: str = ""
    condition: Pairs | None = None
    found: Found | None = None
    is_new: bool = False

    @property
    def place(self) -> str:
        return f"Bundle.entry[{self.index}]"

    @property
    def is_read(self) -> bool:
        return self.request.method in ("GET", "HEAD")


async def transaction(engine: Engine, grant: Grant, request: Request, perform: Perform) -> Answer:
    """200 with a transaction-response, or the refusal of the entry that prevents it; then nothing was written."""
    entries: list[dict[str, Any]] = (request.resource or {}).get("entry", [])
    if len(entries) > engine.limits.bundle_entries:
        raise InvalidBundle("too_many", limit=engine.limits.bundle_entries)
    steps = [_step(engine, entry, index, is_lenient=request.is_lenient) for index, entry in enumerate(entries)]
    answers = await _written(engine, grant, [step for step in steps if not step.is_read])
    for step in steps:
        if step.is_read:
            answers[step.index] = await perform(engine, grant, step.request)
    with_resource = request.prefer_return == "representation"
    shown = [entry_of(answers[step.index], with_resource=with_resource or step.is_read) for step in steps]
    return Answer(200, response_bundle("transaction", shown))


def _step(engine: Engine, entry: dict[str, Any], index: int, *, is_lenient: bool) -> _Step:
    request = request_of(engine, entry, index=index, is_lenient=is_lenient)
    step = _Step(index, request, entry.get("fullUrl", ""))
    if step.is_read:
        return step
    segments = request.path.split("/")
    step.type = check_type(engine, segments[0])
    if len(segments) == 2:
        step.id = check_id(segments[1])
    elif len(segments) > 2 or segments[-1].startswith("$"):
        raise UnknownPath(path=request.path, expression=f"{step.place}.request.url")
    if step.type == "Subscription" and not step.is_read:
        raise InvalidBundle("subscription", expression=step.place)
    _complete(step)
    return step


def _complete(step: _Step) -> None:
    """Settles what the entry's verb says of identity."""
    request = step.request
    if request.method == "POST":
        if step.id:
            raise MethodNotAllowed(method="POST", path=request.path, expression=f"{step.place}.request")
        step.condition = criteria_of(request.if_none_exist) if request.if_none_exist else None
    elif not step.id:
        step.condition = request.query
    if request.method == "PUT" and step.id:
        body_of(request, step.type, id_=step.id)
    elif request.method in ("POST", "PUT"):
        body_of(request, step.type)


async def _written(engine: Engine, grant: Grant, steps: list[_Step]) -> dict[int, Answer]:
    conditions = [(step.type, step.condition) for step in steps if step.condition is not None]
    references = {
        text for step in steps if step.request.resource for text in conditional_references(step.request.resource)
    }
    if not conditions and not references:
        unit, order = await _unit(engine, steps, {})
        try:
            return _answers(steps, order, await engine.lane.commit(grant, unit))
        except RecordNotOpen as refusal:
            raise _told(refusal, order) from refusal
    locks = [lock_of(type_, pairs) for type_, pairs in conditions]
    async with engine.writing(locks=locks) as writing:
        for step in steps:
            if step.condition is not None:
                await _select(engine, grant, writing.connection, step)
        found = {text: await _referenced(engine, grant, writing.connection, text) for text in sorted(references)}
        unit, order = await _unit(engine, steps, found)
        [outcome] = await writing.write([(grant, unit)])
        if isinstance(outcome, RecordNotOpen):
            raise _told(outcome, order)
        if isinstance(outcome, Exception):
            raise outcome
    return _answers(steps, order, outcome)


async def _select(engine: Engine, grant: Grant, connection: Connection, step: _Step) -> None:
    method = step.request.method
    step.found = await selected(
        engine, grant, connection, type_=step.type, pairs=step.condition or (), interaction=method.lower()
    )
    if step.found is None and method == "PATCH":
        raise NotFound(type=step.type, id="?", expression=step.place)
    own = (step.request.resource or {}).get("id")
    if method == "PUT" and step.found and own not in (None, step.found.id):
        raise IdMismatch(expected=step.found.id, found=own, expression=step.place)
    step.id = step.found.id if step.found else (own or "") if method == "PUT" else ""


async def _referenced(engine: Engine, grant: Grant, connection: Connection, text: str) -> str:
    """`Type/id` of the one resource that a conditional reference selects."""
    type_, _, criteria = text.partition("?")
    check_type(engine, type_)
    try:
        found = await selected(
            engine, grant, connection, type_=type_, pairs=criteria_of(criteria), interaction="reference"
        )
    except MultipleMatches as error:
        raise UnresolvedReference(reference=text, count=2) from error
    if found is None:
        raise UnresolvedReference(reference=text, count=0)
    return f"{type_}/{found.id}"


async def _unit(engine: Engine, steps: list[_Step], found: dict[str, str]) -> tuple[list[Deed], list[_Step]]:
    """The deeds in the standard's order, with the steps they belong to; a create that found its match needs none."""
    places = dict(found)
    for step in steps:
        if not step.id and step.request.method in ("POST", "PUT"):
            step.id, step.is_new = new_id(), True
        if step.full_url:
            if places.get(step.full_url, f"{step.type}/{step.id}") != f"{step.type}/{step.id}":
                raise InvalidBundle("same_full_url", expression=step.place, full_url=step.full_url)
            places[step.full_url] = f"{step.type}/{step.id}"
    acting = [step for step in steps if step.id and not (step.request.method == "POST" and step.found)]
    acting.sort(key=lambda step: _ORDER[step.request.method])
    _check_distinct(acting)
    pending: list[PendingCode] = []
    deeds = [_deed(engine, step, places, pending) for step in acting]
    issues = await engine.terminology.settle(pending)
    if any(issue.severity == "error" for issue in issues):
        raise InvalidContent(issues)
    return deeds, acting


def _check_distinct(acting: list[_Step]) -> None:
    seen = set[str]()
    for step in acting:
        reference = f"{step.type}/{step.id}"
        if reference in seen:
            raise InvalidBundle("same_resource", expression=step.place, reference=reference)
        seen.add(reference)


def _deed(engine: Engine, step: _Step, places: dict[str, str], pending: list[PendingCode]) -> Deed:
    request = step.request
    if request.method == "DELETE":
        return deleting.deed(request, step.type, step.id)
    resource = rewritten(request.resource or {}, places)
    if request.method == "PATCH":
        patch = request.patch
        if patch and patch.kind == "fhirpath":
            request = replace(request, patch=replace(patch, document=resource))
        return patching.deed(engine, request, step.type, step.id)
    try:
        pending += (
            replace(code, expression=_at(step.place, code.expression)) for code in engine.checker.check(resource)
        )
    except Refusal as refusal:
        raise InvalidContent([_placed(issue, step.place) for issue in refusal.issues]) from refusal
    if request.method == "POST":
        return creating.deed(engine, resource, step.id)
    return updating.deed(engine, request, {**resource, "id": step.id}, step.id, is_new=step.is_new)


def _placed(issue: Issue, place: str) -> Issue:
    """The same issue, told from the Bundle."""
    return replace(issue, expression=_at(place, issue.expression))


def _told(refusal: RecordNotOpen, order: list[_Step]) -> RecordNotOpen:
    place = next(step.place for step in order if f"{step.type}/{step.id}" == refusal.document)
    return refusal.at(place)


def _at(place: str, expression: str) -> str:
    """`Bundle.entry[1].resource.gender` for `Patient.gender`."""
    _, dot, rest = expression.partition(".")
    return f"{place}.resource{dot}{rest}"


def _answers(steps: list[_Step], order: list[_Step], written: list[Any]) -> dict[int, Answer]:
    answers = {step.index: answered(outcome) for step, outcome in zip(order, written, strict=True)}
    for step in steps:
        if step.index not in answers:
            found = step.found
            answers[step.index] = (
                Answer(200, found.body, version=found.version, vid=found.vid, location=f"{found.type}/{found.id}")
                if found
                else Answer(204)
            )
    return answers
