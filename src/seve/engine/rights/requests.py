"""What people ask of the data-protection officer: an access contested, a correction, an objection, an erasure.

Each is a FHIR Task with a due date, one month after it was asked (GDPR, article 12.3). It is about the patient and hidden from
professionals; the officer answers at the desk, and a refusal says its legal ground (R48).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, get_args

from seve.engine.access.granting import grant_of, open_grant
from seve.engine.access.sharing import NotTheirs
from seve.engine.identity.refusals import OfficerNeeded
from seve.engine.interactions import create as creating
from seve.fhir import Resource
from seve.fhir.access.veils import VISIBILITY
from seve.fhir.codec.json import parse
from seve.fhir.search.grammar import parse as parse_search
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import new_id
from seve.kernel.refusals import Refusal
from seve.store import reading
from seve.store.deeds import Current, Deed, Draft
from seve.store.search import running

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.principal import Principal
    from seve.store.database import Pool
    from seve.store.grant import Grant

Kind: TypeAlias = Literal["contest", "rectification", "opposition", "erasure"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SYSTEM = "urn:seve:rights"
_MASK = {"system": VISIBILITY, "code": "MASQUE_PS"}
_MOST = 200
_LONGEST = 4_000


class WordsMissing(Refusal):
    """A request, or its answer, needs some words."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "engine/rights.refusals.words_missing"


class GroundMissing(Refusal):
    """A refusal says on which legal ground."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "engine/rights.refusals.ground_missing"


class NoSuchRequest(Refusal):
    """There is no such request, or it is answered already."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine/rights.refusals.no_such_request"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it stands. `about` is the number of an entry of the trail; `ground` the legal ground of a refusal."""

    id: str
    kind: str
    patient: str
    words: str
    about: str
    asked: str
    due: str
    state: Literal["open", "granted", "refused"]
    answer: str
    ground: str

    @property
    def is_late(self) -> bool:
        """Whether it waits past its due date."""
        return self.state == "open" and self.due < datetime.now(UTC).date().isoformat()


async def ask(
    engine: Engine, principal: Principal, patient: str, *, kind: Kind, words: str, about: str = "", source: str = ""
) -> str:
    """Asks for oneself, or for a person whom one represents; the id of the Task. Raises WordsMissing, NotTheirs."""
    if not words.strip():
        raise WordsMissing
    grant = grant_of(principal, engine.parameters, base_url=engine.base_url, source=source)
    if principal.kind != "patient" or principal.client or not await _is_seen(engine.database.pool, grant, patient):
        raise NotTheirs
    task = _task(principal, patient, kind=kind, words=words.strip()[:_LONGEST], about=about)
    await engine.check(task)
    id_ = new_id()
    assert grant.trace is not None
    act = grant.trace.act(
        f"ask-{kind}", "C", entities=(f"Task/{id_}",), patient_keys=(value_key(patient),), basis=about
    )
    async with engine.writing(locks=[]) as writing:
        [outcome] = await writing.write([(open_grant(), [creating.deed(engine, task, id_)])], acts=[act])
        if isinstance(outcome, Exception):
            raise outcome
    return id_


async def of_patient(engine: Engine, grant: Grant, patient: str) -> list[Asked]:
    """A patient's requests, newest first; none for who doesn't see them."""
    return await _found(engine, grant, [("patient", patient), ("code", f"{SYSTEM}|")])


async def queue(engine: Engine, principal: Principal, *, is_open: bool = True) -> list[Asked]:
    """What waits for the officer, the most urgent first; or what was answered. Raises OfficerNeeded."""
    if principal.kind != "officer":
        raise OfficerNeeded
    found = await _found(
        engine, open_grant(), [("code", f"{SYSTEM}|"), ("status" if is_open else "status:not", "requested")]
    )
    return sorted(found, key=lambda one: one.due) if is_open else found


async def answer(
    engine: Engine, principal: Principal, id_: str, *, is_granted: bool, words: str, ground: str = "", source: str = ""
) -> None:
    """The officer's answer, which the patient reads. Raises OfficerNeeded, WordsMissing, GroundMissing, NoSuchRequest."""
    if principal.kind != "officer":
        raise OfficerNeeded
    if not words.strip():
        raise WordsMissing
    if not is_granted and not ground.strip():
        raise GroundMissing
    patients = list[int]()

    def decide(current: Current | None) -> Draft:
        task = parse(current.body.encode()) if current and current.body else None
        if task is None or current is None or not _is_open_request(task):
            raise NoSuchRequest
        patients[:] = [current.traits.patient]
        answered = _answered(task, is_granted=is_granted, words=words.strip(), ground=ground.strip())
        return Draft("PUT", answered, engine.entries(answered))

    grant = grant_of(principal, engine.parameters, base_url=engine.base_url, source=source)
    assert grant.trace is not None
    async with engine.writing(locks=[value_key(f"request {id_}")]) as writing:
        [outcome] = await writing.write([(open_grant(), [Deed("Task", id_, decide)])])
        if isinstance(outcome, Exception):
            raise outcome
        told = "granted" if is_granted else f"refused: {ground.strip()}"
        act = grant.trace.act("answer", "U", entities=(f"Task/{id_}",), patient_keys=tuple(patients), basis=told)
        await writing.write([], acts=[act])


def due(asked: date) -> date:
    """One month later; the last day of a shorter month."""
    year, month = (asked.year + 1, 1) if asked.month == 12 else (asked.year, asked.month + 1)
    return date(year, month, min(asked.day, monthrange(year, month)[1]))


async def _is_seen(pool: Pool, grant: Grant, patient: str) -> bool:
    found = await reading.read(pool, grant, *patient.split("/", 1)) if "/" in patient else None
    return found is not None and found.body is not None


async def _found(engine: Engine, grant: Grant, pairs: list[tuple[str, str]]) -> list[Asked]:
    query = parse_search(pairs, types=("Task",), parameters=engine.parameters, base_url=engine.base_url)
    async with engine.database.pool.acquire() as connection:
        page = await running.search(connection, grant, query, count=_MOST)
    return [_asked({**parse(one.body.encode()), "id": one.id}) for one in page.matches]


def _task(principal: Principal, patient: str, *, kind: Kind, words: str, about: str) -> Resource:
    now = datetime.now(UTC)
    task: Resource = {
        "resourceType": "Task",
        "meta": {"security": [_MASK]},
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": SYSTEM, "code": kind}]},
        "description": words,
        "for": {"reference": patient},
        "requester": {"reference": principal.role},
        "authoredOn": now.isoformat(timespec="seconds"),
        "restriction": {"period": {"end": due(now.date()).isoformat()}},
    }
    if about:
        task["input"] = [{"type": {"text": "AuditEvent"}, "valueString": about}]
    return task


def _is_open_request(task: Resource) -> bool:
    return task.get("status") == "requested" and _kind(task) in KINDS


def _answered(task: Resource, *, is_granted: bool, words: str, ground: str) -> Resource:
    changed: Resource = {
        **task,
        "status": "completed" if is_granted else "rejected",
        "lastModified": datetime.now(UTC).isoformat(timespec="seconds"),
        "output": [{"type": {"text": "answer"}, "valueString": words[:_LONGEST]}],
    }
    return changed if is_granted else {**changed, "statusReason": {"text": ground[:_LONGEST]}}


def _asked(task: Resource) -> Asked:
    states: dict[str, Literal["open", "granted", "refused"]] = {"completed": "granted", "rejected": "refused"}
    return Asked(
        id=task["id"],
        kind=_kind(task),
        patient=task.get("for", {}).get("reference", ""),
        words=task.get("description", ""),
        about=_value(task.get("input")),
        asked=task.get("authoredOn", ""),
        due=task.get("restriction", {}).get("period", {}).get("end", ""),
        state=states.get(task.get("status", ""), "open"),
        answer=_value(task.get("output")),
        ground=task.get("statusReason", {}).get("text", ""),
    )


def _kind(task: Resource) -> str:
    codings: list[dict[str, Any]] = task.get("code", {}).get("coding", [])
    return next((coding.get("code", "") for coding in codings if coding.get("system") == SYSTEM), "")


def _value(parameters: list[dict[str, Any]] | None) -> str:
    return str(parameters[0].get("valueString", "")) if parameters else ""
