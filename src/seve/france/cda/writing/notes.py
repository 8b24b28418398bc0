"""A document of sections, level 3: the note of a consultation (LOINC 11488-4) unless its header tells another type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seve.france.cda.document import Cda, Code
from seve.france.cda.writing.entries import Problem, Treatment, problem_entry, treatment_entry
from seve.france.cda.writing.headers import TEMPLATES, document
from seve.france.cda.writing.making import LOINC, made
from seve.france.cda.writing.sections import body, named, paragraphs, section

NOTE = Code(LOINC, "11488-4", "CR ou fiche de consultation ou de visite")
REASON = Code(LOINC, "29299-5", "Motif de consultation")
HISTORY = Code(LOINC, "10164-2", "Histoire de la maladie")
EXAMINATION = Code(LOINC, "29545-1", "Examen clinique")
CONCLUSION = Code(LOINC, "51848-0", "Conclusion")
PLAN = Code(LOINC, "18776-5", "Plan de soins")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: plain text, then problems and treatments as coded entries. `title` is that of the code unless given."""

    code: Code
    text: str
    title: str = ""
    problems: tuple[Problem, ...] = ()
    treatments: tuple[Treatment, ...] = ()


def write_note(header: Cda, parts: Sequence[Part]) -> bytes:
    """The note. Raises CdaWrong (`missing`)."""
    code = header.code if header.code.code else NOTE
    written = replace(header, code=code, title=header.title or "Compte rendu de consultation", templates=TEMPLATES)
    return document(written, body(_section(part, number) for number, part in enumerate(parts, 1)))


def _section(part: Part, number: int) -> object:
    names = [problem.code.display for problem in part.problems]
    names += [f"{one.medicine.display} : {one.dosage}".removesuffix(" : ") for one in part.treatments]
    ids = [f"p{number}-{index}" for index, _ in enumerate(names, 1)]
    text = paragraphs(part.text) if part.text or not names else made("text")
    for place, (id_, name) in enumerate(zip(ids, names, strict=True)):
        text.extend([made("br"), named(id_, name)] if place else [named(id_, name)])
    of_problems, of_treatments = ids[: len(part.problems)], ids[len(part.problems) :]
    entries = [
        *map(problem_entry, part.problems, of_problems),
        *map(treatment_entry, part.treatments, of_treatments),
    ]
    return section(part.code, part.title or part.code.display, text, entries=entries)
