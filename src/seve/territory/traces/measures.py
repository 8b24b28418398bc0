"""Observations: what is measured at a visit, and the results of a laboratory with their report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from seve.territory.marks import LOINC, claiming, concept, hl7, moment, quantity, rounded, to
from seve.territory.model import courses
from seve.territory.places.world import Role
from seve.territory.traces.record import Record

_VITAL: Final = [
    {"coding": [hl7("observation-category", "vital-signs", display="Vital Signs")], "text": "Signes vitaux"}
]
_LAB: Final = [{"coding": [hl7("observation-category", "laboratory", display="Laboratory")], "text": "Biologie"}]
_EXAM: Final = [{"coding": [hl7("observation-category", "exam", display="Exam")], "text": "Examen"}]
_MM_HG: Final = ("mmHg", "mm[Hg]")
_INTERPRETATION: Final = "v3-ObservationInterpretation"

# LOINC code, words, unit, UCUM code, decimals, relative scatter, low and high of the reference range
_ANALYTES: Final[dict[str, tuple[str, str, str, str, int, float, float, float]]] = {
    "a1c": ("4548-4", "HbA1c", "%", "%", 1, 0.03, 4.0, 6.0),
    "glucose": ("1558-6", "Glycémie à jeun", "g/l", "g/L", 2, 0.08, 0.7, 1.1),
    "creatinine": ("14682-9", "Créatinine", "µmol/l", "umol/L", 0, 0.05, 45, 105),
    "filtration": ("62238-1", "Débit de filtration glomérulaire estimé (CKD-EPI)", "ml/min/1,73 m²", "mL/min/{1.73_m2}", 0, 0.0, 60, 140),
    "potassium": ("2823-3", "Potassium", "mmol/l", "mmol/L", 1, 0.06, 3.5, 5.1),
    "sodium": ("2951-2", "Sodium", "mmol/l", "mmol/L", 0, 0.012, 136, 145),
    "ldl": ("2089-1", "Cholestérol LDL", "g/l", "g/L", 2, 0.08, 0.0, 1.6),
    "bnp": ("33762-6", "NT-proBNP", "ng/l", "ng/L", 0, 0.18, 0, 300),
    "hemoglobin": ("718-7", "Hémoglobine", "g/dl", "g/dL", 1, 0.04, 12.0, 16.5),
    "crp": ("1988-5", "CRP", "mg/l", "mg/L", 0, 0.5, 0, 5),
    "tsh": ("11580-8", "TSH", "mUI/l", "m[IU]/L", 2, 0.35, 0.4, 4.0),
    "albumin_ratio": ("9318-7", "Albumine/créatinine urinaire", "mg/g", "mg/g", 0, 0.35, 0, 30),
    "psa": ("2857-1", "PSA", "ng/ml", "ng/mL", 1, 0.25, 0, 4),
}  # fmt: skip


def vitals(record: Record, at: datetime, *, role: Role, encounter: str) -> tuple[int, int, str]:
    """Blood pressure, weight and, where it tells something, heart rate and oxygen; answers what a note says of them."""
    body, life, random = record.body, record.life, record.random
    systolic, diastolic = (round(v + random.gauss(0, 5)) for v in courses.pressure(body, life, at=at.date()))
    _pressure(record, at, role=role, encounter=encounter, systolic=systolic, diastolic=diastolic)
    weight = weigh(record, at, role=role, encounter=encounter)
    if life.has("heart_failure", at.date()) or life.has("fibrillation", at.date()):
        _vital(
            record,
            at,
            role=role,
            encounter=encounter,
            what=("8867-4", "Fréquence cardiaque", "heartrate"),
            value=random.gauss(74, 9),
            unit=("/min", "/min"),
            digits=0,
        )
    if life.has("copd", at.date()) or life.has("heart_failure", at.date()):
        value = min(courses.saturation(life, at.date()) + random.gauss(0, 1), 99)
        _vital(
            record,
            at,
            role=role,
            encounter=encounter,
            what=("2708-6", "Saturation en oxygène", "saturation-oxygen"),
            value=value,
            unit=("%", "%"),
            digits=0,
        )
    return systolic, diastolic, weight


def weigh(record: Record, at: datetime, *, role: Role, encounter: str) -> str:
    """Weight, with height in children and once in adults; answers the weight as text."""
    age = (at.date() - record.person.birth).days / 365.25
    weight = record.body.weight(age) * (1 + record.random.gauss(0, 0.012))
    if record.life.has("heart_failure", at.date()):
        weight += abs(record.random.gauss(0, 1.4))
    _vital(
        record,
        at,
        role=role,
        encounter=encounter,
        what=("29463-7", "Poids", "body-weight"),
        value=weight,
        unit=("kg", "kg"),
        digits=1,
    )
    if age < 18 or "height" not in record.counts:
        record.counts["height"] = 1
        height = record.body.height(age)
        _vital(
            record,
            at,
            role=role,
            encounter=encounter,
            what=("8302-2", "Taille", "body-height"),
            value=height,
            unit=("cm", "cm"),
            digits=0,
        )
    return f"{weight:.1f}".replace(".", ",")


def temperature(record: Record, at: datetime, *, role: Role, encounter: str, value: float) -> None:
    """Body temperature, degrees Celsius."""
    _vital(
        record,
        at,
        role=role,
        encounter=encounter,
        what=("8310-5", "Température", "body-temperature"),
        value=value,
        unit=("°C", "Cel"),
        digits=1,
    )


def _pressure(record: Record, at: datetime, *, role: Role, encounter: str, systolic: int, diastolic: int) -> None:
    parts = [
        {"code": concept(LOINC, code, words=words), "valueQuantity": quantity(value, _MM_HG)}
        for code, words, value in (("8480-6", "Systolique", systolic), ("8462-4", "Diastolique", diastolic))
    ]
    found = _observation(
        record,
        at,
        role=role,
        encounter=encounter,
        code=concept(LOINC, "85354-9", words="Pression artérielle"),
        category=_VITAL,
    )
    record.add("Observation", "o", body={**found, "component": parts}, meta=_meta("bp"))


def _vital(
    record: Record, at: datetime, *, role: Role, encounter: str, what: tuple[str, str, str], value: float,
    unit: tuple[str, str], digits: int,
) -> None:  # fmt: skip
    found = _observation(
        record, at, role=role, encounter=encounter, code=concept(LOINC, what[0], words=what[1]), category=_VITAL
    )
    found["valueQuantity"] = quantity(rounded(value, digits), unit)
    record.add("Observation", "o", body=found, meta=_meta(what[2]))


@cache
def _meta(name: str) -> dict[str, Any]:
    return claiming(f"observation-{name}")


def exam(record: Record, at: datetime, *, role: Role, encounter: str, code: str, words: str, value: float) -> None:
    """A measure of an examination, in percent."""
    found = _observation(
        record, at, role=role, encounter=encounter, code=concept(LOINC, code, words=words), category=_EXAM
    )
    found["valueQuantity"] = quantity(rounded(value, 0), ("%", "%"))
    record.add("Observation", "o", body=found)


def _observation(
    record: Record, at: datetime, *, role: Role, encounter: str, code: dict[str, Any], category: list[dict[str, Any]]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "status": "final",
        "category": category,
        "code": code,
        "subject": record.subject,
        "effectiveDateTime": moment(at),
        "performer": [to(role.reference, role.name)],
    }
    if encounter:
        found["encounter"] = to(encounter)
    return found


def results(record: Record, at: datetime, *, laboratory: Role, analytes: Sequence[str], asked_by: Role) -> list[str]:
    """A report with its results; answers each result as a line of text."""
    lines, references = list[str](), list[dict[str, Any]]()
    values = _values(record, at.date())
    for name in dict.fromkeys(analytes):
        words, reference = _result(record, at, laboratory=laboratory, name=name, middle=values[name])
        lines.append(words)
        references.append(to(reference))
    found: dict[str, Any] = {
        "status": "final",
        "category": [{"coding": [hl7("v2-0074", "LAB", display="Laboratory")], "text": "Biologie"}],
        "code": concept(LOINC, "11502-2", words="Compte rendu d'examens biologiques"),
        "subject": record.subject,
        "effectiveDateTime": moment(at),
        "issued": moment(at + timedelta(hours=5)),
        "performer": [to(laboratory.house.reference, laboratory.house.name)],
        "resultsInterpreter": [to(laboratory.reference, laboratory.name)],
        "result": references,
        "conclusion": f"Demandé par {asked_by.name}.",
    }
    record.add("DiagnosticReport", "r", body=found)
    return lines


def _result(record: Record, at: datetime, *, laboratory: Role, name: str, middle: float) -> tuple[str, str]:
    code, words, unit, ucum, digits, scatter, low, high = _ANALYTES[name]
    value = rounded(max(middle * (1 + record.random.gauss(0, scatter)), 0.01), digits)
    flag = "H" if value > high else "L" if value < low else "N"
    found = _observation(
        record, at, role=laboratory, encounter="", code=concept(LOINC, code, words=words), category=_LAB
    )
    found["valueQuantity"] = quantity(value, (unit, ucum))
    found["interpretation"] = [{"coding": [hl7(_INTERPRETATION, flag)]}]
    bounds = {"high": quantity(rounded(high, digits), (unit, ucum))}
    found["referenceRange"] = [{"low": quantity(rounded(low, digits), (unit, ucum)), **bounds} if low else bounds]
    told = f"{words} : {value} {unit}".replace(".", ",") + (" (hors des valeurs usuelles)" if flag != "N" else "")
    return told, record.add("Observation", "o", body=found)


def _values(record: Record, at: date) -> dict[str, float]:
    body, life = record.body, record.life
    rate = courses.filtration(body, life, at=at)
    sugar = courses.hemoglobin_a1c(body, life, at=at)
    is_weak = life.has("kidney_stage4", at)
    return {
        "a1c": sugar,
        "glucose": 0.30 * sugar - 0.72,
        "creatinine": courses.creatinine(rate, age=life.age(at), sex=body.sex),
        "filtration": rate,
        "potassium": 4.9 if is_weak else 4.2,
        "sodium": 140,
        "ldl": courses.cholesterol(body, life, at=at),
        "bnp": courses.natriuretic(life, at),
        "hemoglobin": (14.6 if body.sex == "male" else 13.2) - (3.0 if is_weak else 0),
        "crp": 2.0,
        "tsh": 2.0,
        "albumin_ratio": 160 if life.has("kidney", at) else 12,
        "psa": 5.5 if life.has("prostate_cancer", at) else 1.6,
    }
