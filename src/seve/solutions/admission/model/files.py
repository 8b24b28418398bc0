"""The file of a stay: a QuestionnaireResponse, kept as it was typed until it is sent, and what is missing in it.

Its status is in-progress while somebody writes, completed once sent, amended when it changes after that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.access.kinds import ADMISSION
from seve.france.identity.ins import Matricule
from seve.solutions.admission.model.questions import ASKS, BY_LINK, LONGEST, PAPER_OF, PAPERS, Ask, Paper

QUESTIONNAIRE: Final = "https://seve.example/Questionnaire/admission"
_PHONE: Final = re.compile(r"\+?[\d .()-]{6,25}")
_ADULT: Final = 18
Why: TypeAlias = Literal["missing", "wrong_number", "wrong_phone", "wrong_date", "over", "wrong_choice", "say_what"]


@dataclass(frozen=True, slots=True)
class Held:
    """A paper of a file: its kind, name, media type, the id of its Binary, and when it came."""

    kind: Paper
    title: str
    media_type: str
    binary: str
    sent: str
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """What was typed by link, the papers, and whether it was sent. `id` and `version` are "" before it is first kept."""

    id: str = ""
    version: str = ""
    status: str = "in-progress"
    answers: Mapping[str, str] = field(default_factory=dict[str, str])
    papers: tuple[Held, ...] = ()
    authored: str = ""

    @property
    def is_sent(self) -> bool:
        """Whether the office was told that it is complete."""
        return self.status in ("completed", "amended")

    def paper(self, kind: Paper) -> Held | None:
        """The paper of a kind."""
        return next((one for one in self.papers if one.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is: `problems` by link of a question, papers that are missing; `done` of `total` things asked for."""

    problems: Mapping[str, Why]
    missing_papers: tuple[Paper, ...]
    done: int
    total: int

    @property
    def is_complete(self) -> bool:
        """Nothing is missing, nothing wrong."""
        return not self.problems and not self.missing_papers

    @property
    def percent(self) -> int:
        """Whole percents, 100 only when complete."""
        return 100 if self.is_complete else min(99, 100 * self.done // max(1, self.total))


def read(response: Resource) -> File:
    """The file of a QuestionnaireResponse."""
    answers, papers = dict[str, str](), list[Held]()
    for item in response.get("item", ()):
        for answer in item.get("answer", ()):
            if "valueAttachment" in answer:
                papers.append(_held(item["linkId"], answer["valueAttachment"]))
            else:
                answers[item["linkId"]] = str(answer.get("valueString", answer.get("valueCoding", {}).get("code", "")))
    return File(
        response["id"],
        response["meta"]["versionId"],
        response["status"],
        answers,
        tuple(papers),
        str(response.get("authored", "")),
    )


def written(file: File, *, patient: str, encounter: str, author: str, now: str) -> Resource:
    """The QuestionnaireResponse of a file."""
    items: list[dict[str, Any]] = [
        {"linkId": ask.link, "answer": [_answer(ask, file.answers[ask.link])]}
        for ask in ASKS
        if file.answers.get(ask.link)
    ]
    items += [{"linkId": f"paper.{kind}", "answer": found} for kind in PAPERS if (found := _attached(file, kind))]
    made: Resource = {
        "resourceType": "QuestionnaireResponse",
        "meta": {"tag": [ADMISSION], **({"versionId": file.version} if file.version else {})},
        "questionnaire": QUESTIONNAIRE,
        "status": file.status,
        "subject": {"reference": patient},
        "encounter": {"reference": encounter},
        "authored": now,
        "author": {"reference": author},
        "item": items,
    }
    if file.id:
        made["id"] = file.id
    return {name: value for name, value in made.items() if value != []}


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """What a form says, by link; empty answers are left out."""
    return {link: said for link in BY_LINK if (said := form.get(link, "").strip()[:LONGEST])}


def progress(file: File, *, birth_date: str, today: date) -> Progress:
    """How far a file is, of what is asked of this patient."""
    problems: dict[str, Why] = {ask.link: why for ask in ASKS if (why := _problem(ask, file.answers, today))}
    asked = [ask.link for ask in ASKS if _is_asked(ask, file.answers)]
    papers = wanted_papers(file, birth_date=birth_date, today=today)
    missing: tuple[Paper, ...] = tuple(one for one in papers if file.paper(one) is None)
    done = len([link for link in asked if link not in problems]) + len(papers) - len(missing)
    return Progress(problems, missing, done, len(asked) + len(papers))


def wanted_papers(file: File, *, birth_date: str, today: date) -> tuple[Paper, ...]:
    """The papers that this stay asks for: below 18 the consent that both holders of parental authority signed."""
    has_mutual = file.answers.get("complementary.kind") == "mutual"
    wanted: dict[Paper, bool] = {
        "identity": True,
        "card": True,
        "complementary": has_mutual,
        "consent": is_minor(birth_date, today),
    }
    return tuple(kind for kind in PAPERS if wanted[kind])


def is_minor(birth_date: str, today: date) -> bool:
    """Below 18 on a day; an unknown date of birth is nobody's minority."""
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return False
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) < _ADULT


def _is_asked(ask: Ask, answers: Mapping[str, str]) -> bool:
    if ask.link == "identity.correction":
        return answers.get("identity.right") == "no"
    if ask.link in ("complementary.name", "complementary.number", "complementary.until"):
        return answers.get("complementary.kind") == "mutual"
    return ask.is_required


def _problem(ask: Ask, answers: Mapping[str, str], today: date) -> Why | None:
    said = answers.get(ask.link, "")
    if not said:
        if not _is_asked(ask, answers):
            return None
        return "say_what" if ask.link == "identity.correction" else "missing"
    match ask.kind:
        case "tel":
            return None if _PHONE.fullmatch(said) else "wrong_phone"
        case "date":
            return _day(said, today)
        case "choice":
            return None if said in ask.choices else "wrong_choice"
        case _:
            is_number = ask.link == "coverage.number"
            return "wrong_number" if is_number and Matricule.of(said, "nir").issues(source="entry") else None


def _day(said: str, today: date) -> Why | None:
    try:
        return "over" if date.fromisoformat(said) < today else None
    except ValueError:
        return "wrong_date"


def _answer(ask: Ask, said: str) -> dict[str, Any]:
    if ask.kind == "choice" and said in ask.choices:
        return {"valueCoding": {"system": f"{QUESTIONNAIRE}/{ask.link}", "code": said}}
    return {"valueString": said}


def _attached(file: File, kind: Paper) -> list[dict[str, Any]]:
    return [
        {
            "valueAttachment": {
                "contentType": one.media_type,
                "url": f"Binary/{one.binary}" if not one.binary.startswith("urn:") else one.binary,
                "title": one.title,
                "creation": one.sent,
                **({"extension": [_KEPT]} if one.is_kept else {}),
            }
        }
        for one in file.papers
        if one.kind == kind
    ]


_KEPT: Final = {"url": "https://seve.example/StructureDefinition/paper-kept", "valueBoolean": True}


def _held(link: str, attachment: Mapping[str, Any]) -> Held:
    return Held(
        PAPER_OF[link.removeprefix("paper.")],
        str(attachment.get("title", "")),
        str(attachment.get("contentType", "")),
        str(attachment.get("url", "")).rpartition("/")[2],
        str(attachment.get("creation", "")),
        is_kept=_KEPT in attachment.get("extension", ()),
    )
