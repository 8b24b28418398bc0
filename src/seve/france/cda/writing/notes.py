"""The note of a consultation (LOINC 11488-4), level 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seve.france.cda.document import Cda, Code
from seve.france.cda.writing.entries import Problem, problem_entry
from seve.france.cda.writing.headers import TEMPLATES, document
from seve.france.cda.writing.making import LOINC
from seve.france.cda.writing.sections import body, named, paragraphs, section

NOTE = Code(LOINC, "11488-4", "CR ou fiche de consultation ou de visite")
REASON = Code(LOINC, "29299-5", "Motif de consultation")
HISTORY = Code(LOINC, "10164-2", "Histoire de la maladie")
EXAMINATION = Code(LOINC, "29545-1", "Examen clinique")
CONCLUSION = Code(LOINC, "51848-0", "Conclusion")
PLAN = Code(LOINC, "18776-5", "Plan de soins")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a note: plain text, and the problems it found as coded entries. `title` is that of the code unless given."""

    code: Code
    text: str
    title: str = ""
    problems: tuple[Problem, ...] = ()


def write_note(header: Cda, parts: Sequence[Part]) -> bytes:
    """The note. Raises CdaWrong (`missing`)."""
    written = replace(header, code=NOTE, title=header.title or "Compte rendu de consultation", templates=TEMPLATES)
    return document(written, body(_section(part, number) for number, part in enumerate(parts, 1)))


def _section(part: Part, number: int) -> object:
    text, ids = paragraphs(part.text), [f"p{number}-{index}" for index, _ in enumerate(part.problems, 1)]
    for id_, problem in zip(ids, part.problems, strict=True):
        text.append(named(id_, problem.code.display))
    entries = (problem_entry(problem, id_) for id_, problem in zip(ids, part.problems, strict=True))
    return section(part.code, part.title or part.code.display, text, entries=entries)
