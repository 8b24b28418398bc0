"""Writing a request: what is needed, by when, where, and with whose agreement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Again, To, View, Visit, wording
from seve.sdk.kit import Field, Option, filled, to_change
from seve.solutions.home_care.actions import requesting
from seve.solutions.home_care.actions.refusals import NotRight
from seve.solutions.home_care.model import needs
from seve.solutions.home_care.pages.frame import say, written
from seve.solutions.home_care.queries import people

_DAYS = "10"
_FIRST_DAYS = 2


@dataclass(frozen=True)
class Writing(View):
    """The form."""

    template: ClassVar[str] = "write.html"
    patient: str
    name: str
    fields: tuple[Field, ...]
    wrong: tuple[Field, ...]
    is_patient: bool


async def form(visit: Visit) -> Writing:
    """Raises NotFound for somebody whom the visitor does not reach."""
    found = await people.patient(visit, visit.path["patient"])
    return _view(visit, found, tuple(_fields(visit, _home(found))))


async def send(visit: Visit) -> To | Again:
    """Keeps the request and leads on to whom to ask."""
    found = await people.patient(visit, visit.path["patient"])
    wanted, problems = needs.need(visit.form, home=_home(found), now=visit.now, zone=wording.ZONE)
    if wanted is None:
        return Again(_again(visit, found, problems), NotRight())
    try:
        made = await requesting.write(visit, wanted, patient=f"Patient/{found['id']}", sent=visit.files.get("file"))
    except Refusal as problem:
        if problem.status >= 500:
            raise
        return Again(_again(visit, found, {}), problem)
    return To(f"/requests/{made['id']}", {"done": "written"})


def _view(visit: Visit, found: Resource, fields: tuple[Field, ...]) -> Writing:
    is_patient = visit.visitor.role == "patient"
    return Writing(found["id"], wording.name_of(found), fields, to_change(fields), is_patient)


def _again(visit: Visit, found: Resource, problems: Mapping[str, str]) -> Writing:
    told = {name: say(visit, f"problems.{problem}") for name, problem in problems.items()}
    return _view(visit, found, filled(_fields(visit, _home(found)), typed=visit.form.pairs, problems=told))


def _home(patient: Resource) -> Mapping[str, Any] | None:
    return next((one for one in patient.get("address", ()) if one.get("city")), None)


def _fields(visit: Visit, home: Mapping[str, Any] | None) -> Iterator[Field]:
    yield from _what(visit)
    if home:
        here = Option("home", say(visit, "write.at_home"), written(home))
        there = Option("other", say(visit, "write.elsewhere"))
        yield Field("where", say(visit, "write.where"), "radio", ("home",), is_required=True, options=(here, there))
    yield Field("line", say(visit, "write.line"), hint=say(visit, "write.elsewhere_hint") if home else "")
    yield Field("postcode", say(visit, "write.postcode"))
    yield Field("city", say(visit, "write.city"))
    yield Field("phone", say(visit, "write.phone"), "tel")
    yield Field("wishes", say(visit, "write.wishes"), "textarea", hint=say(visit, "write.wishes_hint"), most="1000")
    file_hint = say(visit, "write.file_hint")
    yield Field("file", say(visit, "write.file"), "file", hint=file_hint, accept=".pdf,.jpg,.jpeg,.png")
    agreed, hint = _said(visit, "agreed", needs.AGREED), say(visit, "write.agreed_hint")
    yield Field("agreed", say(visit, "write.agreed"), "radio", hint=hint, is_required=True, options=agreed)


def _what(visit: Visit) -> Iterator[Field]:
    local = (visit.now + timedelta(days=_FIRST_DAYS)).astimezone(wording.ZONE)
    kinds, frequencies = (
        _said(visit, group, names) for group, names in (("kinds", needs.KINDS), ("frequencies", needs.FREQUENCIES))
    )
    care_hint, most = say(visit, "write.care_hint"), str(needs.MOST_DAYS)
    yield Field("kind", say(visit, "write.kind"), "radio", ("nursing",), is_required=True, options=kinds)
    yield Field("care", say(visit, "write.care"), "textarea", hint=care_hint, is_required=True, most="1000")
    yield Field("day", say(visit, "write.day"), "date", (f"{local:%Y-%m-%d}",), is_required=True)
    yield Field(
        "time", say(visit, "write.time"), typed=("12:00",), hint=say(visit, "write.time_hint"), is_required=True
    )
    yield Field("frequency", say(visit, "write.frequency"), "select", ("daily",), is_required=True, options=frequencies)
    yield Field("days", say(visit, "write.days"), "number", (_DAYS,), least="1", most=most, is_required=True)


def _said(visit: Visit, group: str, names: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(one, say(visit, f"{group}.{one}")) for one in names)
