"""The questionnaire before a visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from seve.fhir import Resource
from seve.sdk import Again, NotFound, To, View, Visit
from seve.sdk.kit import Field, FieldKind, Option, filled, to_change
from seve.solutions.booking.actions import answering
from seve.solutions.booking.actions.refusals import NotRight
from seve.solutions.booking.model import questions
from seve.solutions.booking.model.questions import Question
from seve.solutions.booking.pages.frame import Card, card, say
from seve.solutions.booking.queries import questionnaires

_KINDS: Mapping[str, FieldKind] = {
    "boolean": "radio",
    "integer": "number",
    "decimal": "number",
    "date": "date",
    "choice": "radio",
    "text": "textarea",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the form: a question, or words alone."""

    words: str
    is_heading: bool
    field: Field | None


@dataclass(frozen=True)
class Asking(View):
    """The form."""

    template: ClassVar[str] = "questions.html"
    card: Card
    title: str
    parts: tuple[Part, ...]
    wrong: tuple[Field, ...]


async def show(visit: Visit) -> Asking:
    """Raises NotFound when there is nothing to answer."""
    appointment, questionnaire = await _found(visit)
    return _view(visit, appointment, questionnaire, typed=(), problems={})


async def answer(visit: Visit) -> To | Again:
    """Keeps the answers with the appointment, for who gives the time."""
    appointment, questionnaire = await _found(visit)
    problems = await answering.answer(visit, appointment, questionnaire)
    if problems:
        told = {f"q-{link}": say(visit, f"questions.{why}") for link, why in problems.items()}
        view = _view(visit, appointment, questionnaire, typed=visit.form.pairs, problems=told)
        return Again(view, NotRight())
    return To(f"/visits/{appointment['id']}", {"done": "answered"})


async def _found(visit: Visit) -> tuple[Resource, Resource]:
    appointment = await visit.records.read("Appointment", visit.path["id"])
    found = await questionnaires.of_appointment(visit.records, appointment)
    if found is None or questions.unasked(found) or appointment["status"] not in ("pending", "booked"):
        raise NotFound
    return appointment, found


def _view(
    visit: Visit,
    appointment: Resource,
    questionnaire: Resource,
    *,
    typed: Iterable[tuple[str, str]],
    problems: dict[str, str],
) -> Asking:
    asked = questions.questions(questionnaire)
    fields = {
        one.name: one for one in filled((_field(visit, q) for q in asked if q.is_asked), typed=typed, problems=problems)
    }
    parts = tuple(Part(q.text, q.kind == "group", fields.get(f"q-{q.link}")) for q in asked)
    title = str(questionnaire.get("title", say(visit, "questions.title")))
    return Asking(card(visit, appointment), title, parts, to_change(fields.values()))


def _field(visit: Visit, question: Question) -> Field:
    options = tuple(Option(code, words) for code, words in question.options)
    if question.kind == "boolean":
        options = tuple(Option(one, say(visit, f"questions.{one}")) for one in ("yes", "no"))
    kind: FieldKind = _KINDS.get(question.kind, "text")
    if question.kind == "choice" and question.repeats:
        kind = "checkbox"
    return Field(f"q-{question.link}", question.text, kind, is_required=question.is_required, options=options)
