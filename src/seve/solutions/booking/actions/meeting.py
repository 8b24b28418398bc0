"""Whom an agenda takes, and where to: reasons for those who came before, and how far home visits go."""

from __future__ import annotations

from seve.fhir.distances import Position, position_of_place
from seve.fhir.scheduling import Rounds
from seve.sdk import Records, Visit, Whose, whereabouts
from seve.solutions.booking.actions.refusals import KnownOnly, NoAddress, TooFar
from seve.solutions.booking.model.agendas import Diary
from seve.solutions.booking.queries import appointments as reads


async def check_known(visit: Visit, diary: Diary, reason: str, *, whom: Whose) -> None:
    """Raises KnownOnly for a reason that takes no new patients, and who never saw this professional."""
    found = diary.agenda.reason(reason)
    if found is None or found.newcomers:
        return
    actors = [str(one.get("reference", "")) for one in diary.actors]
    if not await reads.has_met(visit.records, f"Patient/{whom.id}", actors):
        raise KnownOnly(expression="reason")


async def check_home(visit: Visit, diary: Diary, *, whom: Whose) -> None:
    """Raises TooFar, NoAddress when the agenda's home visits are within bounds."""
    rounds = diary.agenda.rounds
    if rounds == Rounds():
        return
    patient = await visit.records.read("Patient", whom.id)
    address = next(iter(patient.get("address", ())), None)
    if address is None or not address.get("city"):
        raise NoAddress(expression="mode")
    there = await whereabouts(visit.records, address)
    if not rounds.reach(there.commune, there.km(await _centre(visit.records, diary))):
        raise TooFar(city=there.city, where=where(visit, rounds), expression="mode")


def where(visit: Visit, rounds: Rounds) -> str:
    """How far home visits go, in words; "" for anywhere."""
    radius = visit.say("solutions/booking.agendas.within", km=rounds.radius_km) if rounds.radius_km else ""
    return ", ".join(filter(None, (radius, *(name or code for code, name in rounds.communes))))


async def _centre(records: Records, diary: Diary) -> Position | None:
    """Where the agenda's place is: by its own coordinates, else by its commune."""
    if not diary.place:
        return None
    place = await records.read("Location", diary.place.rpartition("/")[2])
    return position_of_place(place) or (await whereabouts(records, place.get("address", {}))).position
