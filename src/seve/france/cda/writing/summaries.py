"""The medical summary (« volet de synthèse médicale », LOINC 60591-5), level 3, in the sections of its model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from seve.france.cda.document import Cda, Code
from seve.france.cda.writing.entries import Allergy, Problem, Treatment, allergy_entry, problem_entry, treatment_entry
from seve.france.cda.writing.headers import TEMPLATES, document
from seve.france.cda.writing.making import LOINC
from seve.france.cda.writing.sections import body, named, paragraphs, section, table

SUMMARY = Code(LOINC, "60591-5", "Synthèse médicale")
_MODEL = "1.2.250.1.213.1.1.1.13"
_ACTIVE = ("2.16.840.1.113883.10.20.1.11", "1.3.6.1.4.1.19376.1.5.3.1.3.6", "1.2.250.1.213.1.1.2.132")
_PAST = ("1.3.6.1.4.1.19376.1.5.3.1.3.8", "1.2.250.1.213.1.1.2.134")
_ALLERGIES = ("2.16.840.1.113883.10.20.1.2", "1.3.6.1.4.1.19376.1.5.3.1.3.13", "1.2.250.1.213.1.1.2.137")
_TREATMENTS = ("2.16.840.1.113883.10.20.1.8", "1.3.6.1.4.1.19376.1.5.3.1.3.19", "1.2.250.1.213.1.1.2.143")
_LIFE = (
    "2.16.840.1.113883.10.20.1.15",
    "1.3.6.1.4.1.19376.1.5.3.1.3.16",
    "1.3.6.1.4.1.19376.1.5.3.1.3.16.1",
    "1.2.250.1.213.1.1.2.141",
)
_ATTENTION = ("1.3.6.1.4.1.19376.1.5.3.1.3.27", "1.2.250.1.213.1.1.2.150")


@dataclass(frozen=True, slots=True)
class Summary:
    """What is in force of a patient; `life` (habits) and `attention` are plain text."""

    problems: tuple[Problem, ...] = ()
    past: tuple[Problem, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    life: str = ""
    attention: str = ""


def write_summary(header: Cda, summary: Summary) -> bytes:
    """The summary. Raises CdaWrong (`missing`)."""
    written = replace(header, code=SUMMARY, title=header.title or "Synthèse médicale", templates=(*TEMPLATES, _MODEL))
    return document(written, body(_sections(summary)))


def _sections(summary: Summary) -> list[Any]:
    history = section(
        _loinc("34117-2", "Historique et physique"),
        "Pathologies en cours, antécédents et allergies",
        models=["1.2.250.1.213.1.1.2.30"],
        inner=[
            _problems(
                _loinc("11450-4", "Liste des problèmes actifs"), "Pathologies en cours", summary.problems, _ACTIVE
            ),
            _problems(_loinc("11348-0", "Antécédents médicaux"), "Antécédents médicaux", summary.past, _PAST),
            _allergies(summary.allergies),
        ],
    )
    life = section(_loinc("29762-2", "Habitus, Mode de vie"), "Mode de vie", paragraphs(summary.life), models=_LIFE)
    risks = section(
        _loinc("57207-3", "Facteurs de risque"), "Facteurs de risque", models=["1.2.250.1.213.1.1.2.31"], inner=[life]
    )
    return [
        section(
            _loinc("46612-8", "Conclusions de synthèse"),
            "Pathologies en cours, antécédents, allergies et facteurs de risque",
            models=["1.2.250.1.213.1.1.2.29"],
            inner=[history, risks],
        ),
        section(
            _loinc("30954-2", "Résultats d'examens"),
            "Points de vigilance",
            paragraphs(summary.attention),
            models=_ATTENTION,
        ),
        section(
            _loinc("18776-5", "Plan de traitement"),
            "Traitement au long cours",
            models=["1.2.250.1.213.1.1.2.32"],
            inner=[_treatments(summary.treatments)],
        ),
    ]


def _loinc(code: str, display: str) -> Code:
    return Code(LOINC, code, display)


def _problems(code: Code, title: str, problems: tuple[Problem, ...], models: tuple[str, ...]) -> Any:
    ids = [f"pb-{code.code}-{number}" for number, _ in enumerate(problems, 1)]
    rows = [
        (_day(problem.start), _day(problem.end), named(id_, problem.code.display))
        for id_, problem in zip(ids, problems, strict=True)
    ]
    entries = map(problem_entry, problems, ids)
    return section(code, title, table(("Début", "Fin", "Pathologie"), rows), models=models, entries=entries)


def _allergies(allergies: tuple[Allergy, ...]) -> Any:
    ids = [f"all-{number}" for number, _ in enumerate(allergies, 1)]
    rows = [
        (_day(allergy.start), allergy.kind.display, named(id_, allergy.agent.display))
        for id_, allergy in zip(ids, allergies, strict=True)
    ]
    return section(
        _loinc("48765-2", "Allergies et hypersensibilités"),
        "Allergies et hypersensibilités",
        table(("Depuis", "Type", "Agent"), rows),
        models=_ALLERGIES,
        entries=map(allergy_entry, allergies, ids),
    )


def _treatments(treatments: tuple[Treatment, ...]) -> Any:
    ids = [f"med-{number}" for number, _ in enumerate(treatments, 1)]
    rows = [
        (_day(found.start), _day(found.end), named(id_, found.medicine.display), found.dosage)
        for id_, found in zip(ids, treatments, strict=True)
    ]
    return section(
        _loinc("10160-0", "Traitements"),
        "Traitements",
        table(("Début", "Fin", "Médicament", "Posologie"), rows),
        models=_TREATMENTS,
        entries=map(treatment_entry, treatments, ids),
    )


def _day(date: str) -> str:
    """A FHIR date as the French write it."""
    return "/".join(reversed(date.partition("T")[0].split("-")))
