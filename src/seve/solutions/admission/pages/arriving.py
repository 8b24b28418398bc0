"""Two of the three ways in: at the desk with papers at hand, and in an emergency, known or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Again, NobodyToOpen, NotFound, To, View, Visit
from seve.sdk.kit import Field, Option, filled, to_change
from seve.solutions.admission.actions import admitting, naming
from seve.solutions.admission.actions.refusals import NotRight
from seve.solutions.admission.model import identities
from seve.solutions.admission.pages.desk import Closed, found
from seve.solutions.admission.pages.frame import is_clerk, office_of, say, today

_SEXES = ("female", "male", "unknown")


@dataclass(frozen=True)
class Arriving(View):
    """A form of an identity. `arrival` is desk, emergency or name; `is_new`: nobody was found, so that one may be registered."""

    template: ClassVar[str] = "arriving.html"
    arrival: str
    fields: tuple[Field, ...]
    wrong: tuple[Field, ...]
    is_new: bool
    stay: str


async def desk(visit: Visit) -> View:
    """Who comes to the desk unannounced."""
    return _view(visit, "desk") if is_clerk(visit) else Closed()


async def find(visit: Visit) -> To | Again:
    """Finds who is named in full, or offers to register them. Raises NotForYou."""
    office = await office_of(visit)
    said, wrong = _said(visit), _wrong(visit)
    if wrong:
        return Again(_view(visit, "desk", wrong), NotRight())
    try:
        if visit.form["new"]:
            stay = await admitting.register(visit, office, _patient(said), path="admission")
        else:
            names = {name: said[name] for name in ("family", "given", "birth_date")}
            stay = await admitting.find(visit, office, **names)
    except NobodyToOpen as problem:
        return Again(_view(visit, "desk", is_new=True), problem)
    except Refusal as problem:
        return Again(_view(visit, "desk"), problem)
    return To(f"/desk/{stay['id']}", {"done": "registered"} if visit.form["new"] else None)


async def emergency(visit: Visit) -> View:
    """Who arrives in an emergency."""
    return _view(visit, "emergency") if is_clerk(visit) else Closed()


async def arrive(visit: Visit) -> To | Again:
    """Registers with what is known: all of it, or the sex alone. Nobody is looked up: homonyms are sorted out afterwards. Raises NotForYou."""
    office = await office_of(visit)
    said = _said(visit)
    is_unknown = bool(visit.form["nobody"])
    wrong = {} if is_unknown else _wrong(visit, needs_day=False)
    if is_unknown and said["sex"] not in _SEXES:
        wrong = {"sex": say(visit, "why.missing")}
    if wrong:
        return Again(_view(visit, "emergency", wrong), NotRight())
    patient = admitting.unknown(visit, said["sex"]) if is_unknown else _patient(said)
    try:
        stay = await admitting.register(visit, office, patient, path="emergency")
    except Refusal as problem:
        return Again(_view(visit, "emergency"), problem)
    return To(f"/desk/{stay['id']}", {"done": "registered"})


async def name_form(visit: Visit) -> View:
    """Who was unknown and now has a name. Raises NotFound."""
    stay = await found(visit)
    await naming.unnamed(visit, stay)
    return _view(visit, "name", stay=stay["id"])


async def name(visit: Visit) -> To | Again:
    """Gives the name that was learnt; the identity is provisional. Raises NotFound."""
    stay = await found(visit)
    said, wrong = _said(visit), _wrong(visit)
    if wrong:
        return Again(_view(visit, "name", wrong, stay=stay["id"]), NotRight())
    try:
        await naming.name(visit, stay, **said)
    except NotFound:
        raise
    except Refusal as problem:
        return Again(_view(visit, "name", stay=stay["id"]), problem)
    return To(f"/desk/{stay['id']}", {"done": "named"})


def _patient(said: dict[str, str]) -> Resource:
    return identities.provisional(
        family=said["family"], given=said["given"], sex=said["sex"], birth_date=said["birth_date"]
    )


def _said(visit: Visit) -> dict[str, str]:
    return {name: visit.form[name].strip()[:100] for name in ("family", "given", "birth_date", "sex")}


def _wrong(visit: Visit, *, needs_day: bool = True) -> dict[str, str]:
    """What to change, by field."""
    said, missing = _said(visit), say(visit, "why.missing")
    wrong = {name: missing for name in ("family", "given") if not said[name]}
    if said["sex"] not in _SEXES:
        wrong["sex"] = missing
    if said["birth_date"] or needs_day:
        try:
            is_past = date.fromisoformat(said["birth_date"]) <= today(visit)
        except ValueError:
            is_past = False
        if not is_past:
            wrong["birth_date"] = say(visit, "why.wrong_date")
    return wrong


def _view(
    visit: Visit, way: str, wrong: dict[str, str] | None = None, *, is_new: bool = False, stay: str = ""
) -> Arriving:
    sexes = tuple(Option(one, say(visit, f"sex.{one}")) for one in _SEXES)
    fields = (
        Field("family", say(visit, "fields.family"), is_required=True),
        Field("given", say(visit, "fields.given"), is_required=True),
        Field("birth_date", say(visit, "fields.birth_date"), "date", is_required=way != "emergency"),
        Field("sex", say(visit, "fields.sex"), "radio", is_required=True, options=sexes),
    )
    shown = filled(fields, typed=visit.form.pairs, problems=wrong or {}) if visit.form.pairs else fields
    return Arriving(way, shown, to_change(shown), is_new, stay)
