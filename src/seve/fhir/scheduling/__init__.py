"""Agendas as FHIR Schedules and what Appointments say of them, by extensions of ours. Pure; the store lays agendas out in SQL."""

from seve.fhir.scheduling.agendas import DAYS, MODES, Agenda, Closing, Reason, Rounds, Rule, agenda_of, with_agenda
from seve.fhir.scheduling.appointments import HOLDING, VIRTUAL, Asked, actors, asked, seat_of, with_asked
from seve.fhir.scheduling.checking import scheduling_issues

__all__ = [
    "DAYS",
    "HOLDING",
    "MODES",
    "VIRTUAL",
    "Agenda",
    "Asked",
    "Closing",
    "Reason",
    "Rounds",
    "Rule",
    "actors",
    "agenda_of",
    "asked",
    "scheduling_issues",
    "seat_of",
    "with_agenda",
    "with_asked",
]
