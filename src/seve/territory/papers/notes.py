"""What doctors write, in French, from turns of phrase that vary with the writer's stream."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from seve.france.cda import Code
from seve.france.cda.writing import Allergy, Part, Problem, Summary, Treatment
from seve.territory.marks import day, said
from seve.territory.model.epidemiology import diseases
from seve.territory.model.regimens import regimen
from seve.territory.papers.filing import Form, file
from seve.territory.papers.headers import ATC, CIM10, LOINC
from seve.territory.places.world import Role
from seve.territory.tables import table
from seve.territory.traces.record import Record

_WELL: Final = (
    "Va bien dans l'ensemble, pas de plainte nouvelle.",
    "Se sent fatigué par moments, dort correctement.",
    "Marche une demi-heure par jour, a repris le jardinage.",
    "Dit oublier parfois la prise du soir ; pilulier proposé.",
    "Essoufflement à la montée de deux étages, inchangé.",
    "Appétit conservé, moral stable.",
    "A vu ses enfants cet été, entourage présent.",
    "Pas de chute depuis la dernière consultation.",
)
_NEXT: Final = (
    "Traitement poursuivi sans changement. À revoir avec un bilan biologique.",
    "Ordonnance renouvelée. Activité physique encouragée.",
    "Conseils alimentaires redonnés, diminution du sel.",
    "Vaccinations vérifiées. Prochain contrôle au renouvellement.",
    "Surveillance de la tension à domicile, trois jours avant la prochaine visite.",
)
_THANKS: Final = (
    "Cher confrère, chère consœur,",
    "Merci de m'avoir adressé ce patient.",
    "Je revois régulièrement ce patient en consultation.",
)
_REACTS: Final = Code("2.16.840.1.113883.6.96", "420134006", "Prédisposition à des réactions indésirables")
_FORMS: Final[tuple[Form, ...]] = ("text", "pdf", "cda1", "cda3")


def followup_note(
    record: Record, at: datetime, *, role: Role, encounter: str, lines: Sequence[str], taken: Sequence[str]
) -> None:
    """A general practitioner's note."""
    random = record.random
    text = [_intro(record, at.date()), random.choice(_WELL), *filter(None, lines), random.choice(_NEXT)]
    if taken:
        text += [
            "",
            "Traitement :",
            *(f"- {table('medicines')[name]['title']} : {table('medicines')[name]['dose']}" for name in taken),
        ]
    file(record, at, author=role, code="11488-4", form=random.choice(_FORMS), lines=text, encounter=encounter)


def specialist_letter(record: Record, at: datetime, *, role: Role, encounter: str, lines: Sequence[str]) -> None:
    """A letter to the médecin traitant, for two consultations of three."""
    random = record.random
    if random.random() > 0.65:
        return
    text = [
        random.choice(_THANKS),
        "",
        _intro(record, at.date()),
        *lines,
        random.choice(_NEXT),
        "",
        "Bien confraternellement.",
    ]
    file(record, at, author=role, code="11488-4", form=random.choice(_FORMS), lines=text, encounter=encounter)


def laboratory_report(record: Record, at: datetime, *, role: Role, lines: Sequence[str]) -> None:
    """The results, as a page."""
    text = [f"Prélèvement du {said(at.date())}, {record.person.name}", "", *lines]
    file(record, at, author=role, code="11502-2", form=record.random.choice(("pdf", "cda1")), lines=text)


def emergency_report(record: Record, at: datetime, *, role: Role, encounter: str, story: str, going: str) -> None:
    """What an emergency department writes."""
    text = [_intro(record, at.date()), "", f"Motif et examen : {story}", going]
    file(
        record,
        at,
        author=role,
        code="15507-7",
        form=record.random.choice(("text", "pdf")),
        lines=text,
        encounter=encounter,
    )


def discharge(
    record: Record,
    at: datetime,
    *,
    role: Role,
    encounter: str,
    reason: str,
    course: Sequence[str],
    code: str = "11490-0",
) -> None:
    """The letter that goes home with the patient, with coded sections."""
    state = _state(record, at.date())
    parts = [
        _part("42349-1", "Motif d'hospitalisation", reason),
        _part("8648-8", "Évolution dans le service", *course),
        Part(Code(LOINC, "11450-4", "Problèmes actifs"), "", problems=state.problems),
        Part(Code(LOINC, "10160-0", "Traitements au long cours"), "", treatments=state.treatments),
        _part("48765-2", "Allergies et intolérances", *(one.agent.display for one in state.allergies)),
    ]
    file(record, at, author=role, code=code, form="cda3", lines=[], body=parts, encounter=encounter)


def summary(record: Record, at: datetime, *, role: Role) -> None:
    """The summary by the médecin traitant (volet de synthèse médicale)."""
    state = _state(record, at.date())
    file(record, at, author=role, code="60591-5", form="cda3", lines=[], body=state, title="Synthèse médicale")


def _part(code: str, title: str, *lines: str) -> Part:
    return Part(Code(LOINC, code, title), "\n".join(lines))


def _state(record: Record, at: date) -> Summary:
    """Problems, treatments and allergies as they stand."""
    known, medicines = diseases(), table("medicines")
    onsets = sorted(record.life.onsets.items(), key=lambda pair: pair[1])
    problems = (
        Problem(Code(CIM10, known[name].code, f"{known[name].title}, depuis {onset.year}"), day(onset))
        for name, onset in onsets
        if onset <= at
    )
    taken = (
        Treatment(Code(ATC, medicines[name]["atc"], medicines[name]["title"]), medicines[name]["dose"])
        for name, _ in regimen(record.life, record.body, at=at)
    )
    allergies = (Allergy(_REACTS, Code("", "", words)) for words in allergies_of(record))
    return Summary(problems=tuple(problems), allergies=tuple(allergies), treatments=tuple(taken))


def allergies_of(record: Record) -> list[str]:
    """What the record says so far."""
    return [r["code"]["text"] for r in record.resources if r["resourceType"] == "AllergyIntolerance"]


def _intro(record: Record, at: date) -> str:
    age = record.age(at)
    who = "Patiente" if record.person.sex == "female" else "Patient"
    if age < 16:
        who = "Fille" if record.person.sex == "female" else "Garçon"
    told = f"{age} ans" if age >= 2 else f"{max((at - record.person.birth).days // 30, 0)} mois"
    return f"{who} de {told}, vu{'e' if record.person.sex == 'female' else ''} le {said(at)}."
