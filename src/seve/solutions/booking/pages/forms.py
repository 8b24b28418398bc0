"""The fields of the agenda editor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from seve.fhir.scheduling import DAYS, MODES, Reason, Rounds
from seve.sdk import Visit
from seve.sdk.kit import Field, Option, filled
from seve.solutions.booking.pages.frame import say


def reason(
    visit: Visit, problems: Mapping[str, str] | None, questionnaires: Iterable[tuple[str, str]]
) -> tuple[Field, ...]:
    """Of a reason to come."""
    who = tuple(Option(one, say(visit, f"agendas.who_{one}")) for one in ("public", "newcomers"))
    known = tuple(Option(url, title) for url, title in questionnaires)
    fields = (
        Field("text", say(visit, "agendas.reason_text"), is_required=True, hint=say(visit, "agendas.reason_hint")),
        Field("minutes", say(visit, "agendas.minutes"), "number", ("20",), is_required=True, least="1", most="480"),
        Field("mode", say(visit, "agendas.mode"), "checkbox", ("site",), options=_modes(visit)),
        Field("who", say(visit, "agendas.who"), "checkbox", ("public", "newcomers"), options=who),
        Field("preparation", say(visit, "agendas.preparation"), "textarea", most="1000"),
        Field("questionnaire", say(visit, "agendas.questionnaire"), "select", options=known),
    )
    return _typed(visit, fields, problems)


def rule(visit: Visit, problems: Mapping[str, str] | None, reasons: Iterable[Reason]) -> tuple[Field, ...]:
    """Of hours each week."""
    named = tuple(Option(one.code, one.text) for one in reasons)
    fields = (
        Field(
            "day",
            say(visit, "agendas.days"),
            "checkbox",
            options=tuple(Option(d, say(visit, f"days.{d}")) for d in DAYS),
        ),
        Field(
            "from", say(visit, "agendas.from"), typed=("09:00",), is_required=True, hint=say(visit, "agendas.hour_hint")
        ),
        Field("to", say(visit, "agendas.to"), typed=("12:00",), is_required=True),
        Field("reason", say(visit, "agendas.for_reasons"), "checkbox", options=named),
        Field("mode", say(visit, "agendas.for_modes"), "checkbox", options=_modes(visit)),
        Field("since", say(visit, "agendas.since_field"), "date"),
        Field("until", say(visit, "agendas.until_field"), "date"),
        Field("weeks", say(visit, "agendas.weeks"), "number", ("1",), least="1", most="52"),
        Field(
            "step", say(visit, "agendas.step"), "number", least="5", most="480", hint=say(visit, "agendas.step_hint")
        ),
        Field("seats", say(visit, "agendas.seats_field"), "number", ("1",), least="1", most="50"),
        Field("room", say(visit, "agendas.room"), hint=say(visit, "agendas.room_hint")),
    )
    return _typed(visit, fields, problems)


def closing(visit: Visit, problems: Mapping[str, str] | None) -> tuple[Field, ...]:
    """Of a time without appointments."""
    fields = (
        Field("from_day", say(visit, "agendas.from_day"), "date", is_required=True),
        Field("from_time", say(visit, "agendas.from_time"), hint=say(visit, "agendas.time_hint")),
        Field("to_day", say(visit, "agendas.to_day"), "date"),
        Field("to_time", say(visit, "agendas.to_time")),
        Field("note", say(visit, "agendas.note")),
    )
    return _typed(visit, fields, problems)


def home(visit: Visit, problems: Mapping[str, str] | None, rounds: Rounds) -> tuple[Field, ...]:
    """Of how far home visits go."""
    communes = ", ".join(name for _, name in rounds.communes)
    radius = (str(rounds.radius_km),) if rounds.radius_km else ()
    fields = (
        Field("radius", say(visit, "agendas.radius"), "number", radius, least="1", most="200"),
        Field("communes", say(visit, "agendas.communes"), typed=(communes,), hint=say(visit, "agendas.communes_hint")),
    )
    return _typed(visit, fields, problems)


def _typed(visit: Visit, fields: tuple[Field, ...], problems: Mapping[str, str] | None) -> tuple[Field, ...]:
    """As they came, when they came back; a form that was not sent has its usual values."""
    if problems is None:
        return fields
    told = {name: say(visit, f"problems.{problem}") for name, problem in problems.items()}
    return filled(fields, typed=visit.form.pairs, problems=told)


def _modes(visit: Visit) -> tuple[Option, ...]:
    return tuple(Option(mode, say(visit, f"modes.{mode}")) for mode in MODES)
