"""A pre-visit questionnaire as a form, and what was answered as a QuestionnaireResponse within the appointment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, Protocol, TypeAlias

from seve.fhir import Resource

Kind: TypeAlias = Literal["boolean", "string", "text", "integer", "decimal", "date", "choice", "display", "group"]
Answer: TypeAlias = dict[str, Any]
_KINDS: Final[dict[str, Kind]] = {
    "boolean": "boolean",
    "string": "string",
    "text": "text",
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
    "choice": "choice",
    "display": "display",
    "group": "group",
}
_LONGEST: Final = 2_000
_ID: Final = "answers"


class Typed(Protocol):
    """The fields of a form."""

    def __getitem__(self, name: str, /) -> str: ...
    def all(self, name: str, /) -> tuple[str, ...]:
        """Every value of a field."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """One item of a questionnaire that is shown. `options` are codes with their words."""

    link: str
    text: str
    kind: Kind
    is_required: bool = False
    repeats: bool = False
    options: tuple[tuple[str, str], ...] = ()

    @property
    def is_asked(self) -> bool:
        """Whether it takes an answer."""
        return self.kind not in ("display", "group")


def questions(questionnaire: Resource) -> tuple[Question, ...]:
    """In order, groups before what is in them. Items of kinds that a form can't ask (files, quantities) are left out."""
    return tuple(_questions(questionnaire.get("item", ())))


def unasked(questionnaire: Resource) -> tuple[str, ...]:
    """The texts of required items that the form can't ask: such a questionnaire is not offered."""
    return tuple(
        str(one.get("text", one["linkId"]))
        for one in _items(questionnaire)
        if one.get("required") and one["type"] not in _KINDS
    )


def answered(
    questionnaire: Resource, form: Typed, *, patient: Mapping[str, Any], now: str
) -> tuple[Resource, dict[str, str]]:
    """The response as it stands within an appointment, and the links of answers that are missing (`missing`) or can't be (`wrong`)."""
    problems, items = dict[str, str](), list[dict[str, Any]]()
    for question in questions(questionnaire):
        if not question.is_asked:
            continue
        typed = [one.strip()[:_LONGEST] for one in form.all(question.link) if one.strip()]
        found = [_answer(question, one) for one in (typed if question.repeats else typed[:1])]
        if None in found:
            problems[question.link] = "wrong"
        elif question.is_required and not found:
            problems[question.link] = "missing"
        elif found:
            items.append({"linkId": question.link, "text": question.text, "answer": found})
    response: Resource = {
        "resourceType": "QuestionnaireResponse",
        "id": _ID,
        "questionnaire": questionnaire.get("url", ""),
        "status": "completed",
        "subject": dict(patient),
        "authored": now,
        "item": _nested(questionnaire, {one["linkId"]: one for one in items}),
    }
    return response, problems


def kept(appointment: Resource, response: Resource) -> Resource:
    """The appointment that carries the answers: who sees it sees them, and nobody else."""
    others = [one for one in appointment.get("contained", ()) if one.get("id") != _ID]
    links = [one for one in appointment.get("supportingInformation", ()) if one.get("reference") != f"#{_ID}"]
    return {
        **appointment,
        "contained": [*others, response],
        "supportingInformation": [*links, {"reference": f"#{_ID}"}],
    }


def response_of(appointment: Resource) -> Resource | None:
    """The answers within an appointment."""
    return next((one for one in appointment.get("contained", ()) if one.get("id") == _ID), None)


def said(response: Resource) -> Iterator[tuple[str, str]]:
    """Questions and answers as words."""
    for one in _items(response):
        if "answer" in one:
            yield str(one.get("text", one["linkId"])), ", ".join(_words(answer) for answer in one["answer"])


def _items(holder: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for one in holder.get("item", ()):
        yield one
        yield from _items(one)


def _questions(items: Any) -> Iterator[Question]:
    for one in items:
        kind = _KINDS.get(one["type"])
        if kind is None:
            continue
        options = tuple(_option(o) for o in one.get("answerOption", ()))
        if kind == "choice" and not options:
            continue
        yield Question(
            one["linkId"],
            str(one.get("text", one["linkId"])),
            kind,
            one.get("required", False),
            one.get("repeats", False),
            options,
        )
        yield from _questions(one.get("item", ()))


def _option(option: Mapping[str, Any]) -> tuple[str, str]:
    coding: Mapping[str, Any] = option.get("valueCoding", {})
    if coding:
        return str(coding.get("code", "")), str(coding.get("display", coding.get("code", "")))
    found = str(option.get("valueString", option.get("valueInteger", option.get("valueDate", ""))))
    return found, found


def _answer(question: Question, typed: str) -> Answer | None:
    match question.kind:
        case "boolean":
            return {"valueBoolean": typed == "yes"} if typed in ("yes", "no") else None
        case "integer":
            is_number = typed.lstrip("-").isascii() and typed.lstrip("-").isdigit() and len(typed) < 10
            return {"valueInteger": int(typed)} if is_number else None
        case "decimal":
            return _decimal(typed)
        case "date":
            return _date(typed)
        case "choice":
            words = dict(question.options).get(typed)
            return {"valueCoding": {"code": typed, "display": words}} if words is not None else None
        case _:
            return {"valueString": typed}


def _decimal(typed: str) -> Answer | None:
    try:
        found = Decimal(typed.replace(",", "."))
    except InvalidOperation:
        return None
    return {"valueDecimal": found} if found.is_finite() and abs(found) < 10**9 else None


def _date(typed: str) -> Answer | None:
    try:
        return {"valueDate": date.fromisoformat(typed).isoformat()}
    except ValueError:
        return None


def _nested(holder: Mapping[str, Any], found: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Answers in the groups that they were asked in."""
    made = list[dict[str, Any]]()
    for one in holder.get("item", ()):
        inner = _nested(one, found)
        if one["type"] == "group":
            made += [{"linkId": one["linkId"], "text": one.get("text", one["linkId"]), "item": inner}] if inner else []
        elif one["linkId"] in found:
            made.append(found[one["linkId"]])
            made += inner
    return made


def _words(answer: Answer) -> str:
    value = next(iter(answer.values()))
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return str(value.get("display", value.get("code", ""))) if isinstance(value, dict) else str(value)
