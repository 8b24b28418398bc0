"""Two deeds, `book` and `change`, which write an Appointment once they made sure of who does it.

The patient's side (the patient, or who represents them) takes time that an agenda offers to the public, and may later confirm, move
or cancel. The professional's side (who gives the time, and who acts for them) takes any time that nobody has, for whom they like:
that a patient comes to them opens no more of the record than the appointment itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from seve.engine.agendas.refusals import NoAgenda, NotFree, NotTheirPart, NotTheirTime
from seve.engine.agendas.stored import PEOPLE, Alone, first_written, people, read, written
from seve.engine.refusals import NotFound
from seve.fhir import Resource
from seve.fhir.scheduling import HOLDING, Asked, actors, asked, with_asked
from seve.fhir.search.keys import value_key
from seve.store import agendas
from seve.store.access.rule import PATIENT
from seve.store.agendas import Free, Wanted
from seve.store.writing import Taken

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

Side: TypeAlias = Literal["patient", "professional"]
_CHOICES: Final = 3
_CHOICE_DAYS: Final = 120
_THEIRS: Final = frozenset(
    {
        "meta", "status", "start", "end", "minutesDuration", "participant", "comment", "cancelationReason", "extension",
        "contained", "supportingInformation",
    }
)  # fmt: skip
"""What the patient's side may change; of the participants only their own answer. What is contained are answers to a questionnaire."""


async def book(engine: Engine, grant: Grant, appointment: Resource, *, alone: Alone | None = None) -> Resource:
    """A new appointment of the agenda that it names, as stored. `end` and those who are needed are filled in from the agenda. One that
    takes no time (`waitlist`: somebody waits for some) is written as it is. With `alone`, nobody else books for its patients meanwhile.

    Raises NotFree, NotTheirTime, NoAgenda, InvalidContent, what `alone` refuses.
    """
    schedule = await _schedule(engine, grant, asked(appointment))
    side = await _side(engine, grant, appointment, schedule)
    if side == "patient":
        _check_asked(appointment, schedule)
    if appointment["status"] not in HOLDING:
        return await first_written(engine, grant, [appointment], alone)
    return await _placed(engine, grant, appointment, schedule, side=side, alone=alone)


async def change(engine: Engine, grant: Grant, appointment: Resource) -> Resource:
    """A new version of an appointment that was read (`meta.versionId` says from what), as stored.

    Raises NotFound, VersionMismatch, NotFree, NotTheirTime, NotTheirPart, InvalidContent.
    """
    before = await read(engine, grant, "Appointment", appointment["id"])
    if before is None:
        raise NotFound(type="Appointment", id=appointment["id"])
    side = await _side(engine, grant, before, await _agenda(engine, grant, asked(before)))
    if side == "patient":
        _check_part(before, appointment)
    if not _is_moved(before, appointment):
        kept = with_asked(appointment, replace(asked(appointment), seat=asked(before).seat))
        return await written(engine, grant, kept)
    schedule = await _schedule(engine, grant, asked(appointment))
    if side == "professional":
        await _side(engine, grant, appointment, schedule)
    return await _placed(engine, grant, _without_people(appointment), schedule, side=side)


async def _side(engine: Engine, grant: Grant, appointment: Resource, schedule: Resource | None) -> Side:
    """On which side the grant is. Raises NotTheirTime."""
    if grant.sight is None:
        return "professional"
    if grant.sight.profession != PATIENT:
        given = {value_key(reference) for reference in [*actors(appointment), *people(schedule)]}
        if given.isdisjoint(grant.sight.readers) and not grant.sight.reaches_all:
            raise NotTheirTime
        return "professional"
    patients = [one for one in actors(appointment) if one.startswith("Patient/")]
    reached = [await read(engine, grant, "Patient", one.partition("/")[2]) for one in patients]
    if not reached or None in reached:
        raise NotTheirTime
    return "patient"


def _check_asked(appointment: Resource, schedule: Resource) -> None:
    """Raises NotTheirPart: patients take time of who gives it in the agenda, and nobody else's."""
    if appointment["status"] not in ("pending", "booked", "waitlist"):
        raise NotTheirPart(what="Appointment.status")
    given = {str(one.get("reference", "")) for one in schedule["actor"]}
    others = [one for one in actors(appointment) if one.partition("/")[0] not in ("Patient", "RelatedPerson")]
    if not given.issuperset(others):
        raise NotTheirPart(what="Appointment.participant")


def _check_part(before: Resource, after: Resource) -> None:
    """Raises NotTheirPart for what the patient's side may not change."""
    for name in before.keys() | after.keys():
        if name not in _THEIRS and before.get(name) != after.get(name):
            raise NotTheirPart(what=f"Appointment.{name}")
    if before["status"] != after["status"] and after["status"] not in ("booked", "cancelled"):
        raise NotTheirPart(what="Appointment.status")
    if (
        before["status"] not in ("proposed", "pending", "booked", "waitlist")
        or asked(before).agenda != asked(after).agenda
    ):
        raise NotTheirPart(what="Appointment.status")
    if [_unanswered(one) for one in before["participant"]] != [_unanswered(one) for one in after["participant"]]:
        raise NotTheirPart(what="Appointment.participant")


def _unanswered(participant: dict[str, Any]) -> dict[str, Any]:
    """A participant, without what the patient's side may say: whether the patient comes."""
    is_theirs = str(participant.get("actor", {}).get("reference", "")).startswith(("Patient/", "RelatedPerson/"))
    return {key: said for key, said in participant.items() if key != "status" or not is_theirs}


def _is_moved(before: Resource, after: Resource) -> bool:
    """Whether it takes other time than before."""
    if after["status"] not in HOLDING:
        return False
    return before["status"] not in HOLDING or any(
        before.get(name) != after.get(name) for name in ("start", "end")
    ) or replace(asked(before), seat=0) != replace(asked(after), seat=0)  # fmt: skip


async def _placed(
    engine: Engine, grant: Grant, appointment: Resource, schedule: Resource, *, side: Side, alone: Alone | None = None
) -> Resource:
    """Written at its time: on the first seat that is left."""
    tries = await placed(engine, appointment, schedule, is_public=side == "patient")
    try:
        return await first_written(engine, grant, tries, alone)
    except Taken as error:
        raise NotFree(await choices(engine, appointment, schedule, is_public=side == "patient")) from error


async def placed(engine: Engine, appointment: Resource, schedule: Resource, *, is_public: bool) -> list[Resource]:
    """With its end and everybody who is needed, once for each seat there is. Raises NotFree for a time that is not offered to the public,
    or over.
    """
    said, start = asked(appointment), datetime.fromisoformat(appointment["start"])
    found = await _offered(engine, schedule, said, start, is_public=is_public)
    if is_public and (found is None or start < datetime.now(UTC)):
        raise NotFree(await choices(engine, appointment, schedule, is_public=True))
    window = await agendas.window(engine.database.pool, schedule["id"], start)
    filled = _filled(appointment, schedule, found, window.actors if window else ())
    return [with_asked(filled, replace(said, seat=seat)) for seat in range(window.seats if window else 1)]


async def choices(engine: Engine, appointment: Resource, schedule: Resource, *, is_public: bool) -> tuple[Free, ...]:
    """The next times of the agenda, instead of the one that is not free."""
    said = asked(appointment)
    since = max(datetime.fromisoformat(appointment["start"]), datetime.now(UTC))
    until = since + timedelta(days=_CHOICE_DAYS)
    tags = _tags(said, is_public=is_public)
    return await agendas.free(
        engine.database.pool, Wanted(since, until, said.reason, tags, (schedule["id"],), count=_CHOICES)
    )


async def _offered(engine: Engine, schedule: Resource, said: Asked, start: datetime, *, is_public: bool) -> Free | None:
    """The time of the agenda that begins then, if it is free."""
    wanted = Wanted(
        start,
        start + timedelta(minutes=1),
        said.reason,
        _tags(said, is_public=is_public),
        (schedule["id"],),
        count=1,
    )
    return next(iter(await agendas.free(engine.database.pool, wanted)), None)


def _tags(said: Asked, *, is_public: bool) -> tuple[str, ...]:
    tags = (f"mode|{said.mode}",) if said.mode else ()
    return (*tags, f"public|{said.reason}") if is_public else tags


def _filled(appointment: Resource, schedule: Resource, found: Free | None, needed: tuple[str, ...]) -> Resource:
    """With its end, and with everybody who is needed."""
    changed = dict(appointment)
    if found is not None:
        changed["end"] = (found.start + timedelta(minutes=found.minutes)).isoformat().replace("+00:00", "Z")
        changed["minutesDuration"] = found.minutes
    present = set(actors(appointment))
    missing = [one for one in needed or people(schedule) if one not in present]
    named: dict[str, dict[str, Any]] = {str(one.get("reference", "")): one for one in schedule.get("actor", [])}
    added = [
        {"actor": named.get(one, {"reference": one}), "required": "required", "status": "accepted"} for one in missing
    ]
    return {**changed, "participant": [*appointment.get("participant", []), *added]}


def _without_people(appointment: Resource) -> Resource:
    """Without those whom the agenda adds: the new time may need another room."""
    kept = [
        one
        for one in appointment["participant"]
        if str(one.get("actor", {}).get("reference", "")).partition("/")[0] not in ("Location", *PEOPLE)
        or one.get("required") != "required"
    ]
    return {**appointment, "participant": kept}


async def _schedule(engine: Engine, grant: Grant, said: Asked) -> Resource:
    """Raises NoAgenda."""
    found = await _agenda(engine, grant, said)
    if found is None or not found.get("active", True):
        raise NoAgenda(expression="Appointment.extension")
    return found


async def _agenda(engine: Engine, grant: Grant, said: Asked) -> Resource | None:
    return await read(engine, grant, "Schedule", said.agenda.removeprefix("Schedule/")) if said.agenda else None
