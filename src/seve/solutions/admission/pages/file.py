"""The file as a form: for the patient from home, and for the office at the desk. It is kept as it is typed, right or wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Again, To, View, Visit, wording
from seve.sdk.kit import Field, FieldKind, Option
from seve.solutions.admission.actions import filling
from seve.solutions.admission.model import files
from seve.solutions.admission.model.files import File, Progress
from seve.solutions.admission.model.questions import ASKS, SECTIONS, Ask, Kind
from seve.solutions.admission.pages.frame import Card, card, say
from seve.solutions.admission.pages.mine import found
from seve.solutions.admission.queries import files as reads

_KINDS: dict[Kind, FieldKind] = {
    "text": "text",
    "tel": "tel",
    "choice": "radio",
    "tick": "checkbox",
    "date": "date",
    "long": "textarea",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its fields."""

    title: str
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Filling(View):
    """The form; `wrong` are fields to change, told once something was kept."""

    template: ClassVar[str] = "file.html"
    card: Card
    parts: tuple[Part, ...]
    wrong: tuple[Field, ...]
    version: str
    is_desk: bool


async def show(visit: Visit) -> Filling:
    """Raises NotFound."""
    stay, patient = await found(visit)
    file = await reads.of_stay(visit.records, stay["id"])
    return _view(visit, stay, patient, file)


async def keep(visit: Visit) -> To | Again:
    """Keeps what was typed. When it can't be kept it is all still there."""
    stay, patient = await found(visit)
    answers, version = files.typed(dict(visit.form.pairs)), visit.form["version"]
    try:
        await filling.keep(visit, stay, answers, version=version)
    except Refusal as problem:
        return Again(_view(visit, stay, patient, File(answers=answers, version=version, id="typed")), problem)
    if visit.visitor.role == "professional":
        return To(f"/desk/{stay['id']}", {"done": "kept"})
    return To(f"/stays/{stay['id']}", {"done": "kept"})


def _view(visit: Visit, stay: Resource, patient: Resource, file: File) -> Filling:
    shown = card(visit, stay, patient, file)
    parts = tuple(
        Part(
            say(visit, f"sections.{section}"),
            _about(visit, section, patient),
            tuple(_field(visit, ask, file, shown.progress) for ask in ASKS if ask.section == section),
        )
        for section in SECTIONS
    )
    wrong = tuple(one for part in parts for one in part.fields if one.problem)
    return Filling(shown, parts, wrong, file.version, visit.visitor.role == "professional")


def _about(visit: Visit, section: str, patient: Resource) -> str:
    if section != "identity":
        return say(visit, f"sections.{section}_about")
    birth = str(patient.get("birthDate", ""))
    said = wording.day(birth, visit.language) if birth else "–"
    sex = str(patient.get("gender", "unknown"))
    return say(visit, "sections.identity_about", name=wording.name_of(patient), day=said, sex=say(visit, f"sex.{sex}"))


def _field(visit: Visit, ask: Ask, file: File, progress: Progress) -> Field:
    key = ask.link.replace(".", "_")
    why = progress.problems.get(ask.link) if file.id else None
    return Field(
        ask.link,
        say(visit, f"asks.{key}"),
        _KINDS[ask.kind],
        typed=(file.answers[ask.link],) if ask.link in file.answers else (),
        hint=say(visit, f"hints.{key}") if ask.link in _HINTED else "",
        problem=say(visit, f"why.{why}") if why else "",
        is_required=ask.is_required,
        options=tuple(Option(one, say(visit, f"choices.{key}_{one}")) for one in ask.choices),
    )


_HINTED = frozenset({"coverage.number", "trusted.name", "doctor.name", "complementary.until"})
