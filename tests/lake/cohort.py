"""Invented diabetics and others, with HbA1c, prescriptions and dispenses; what the measures must count is counted beside."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.lake.world import ICD10, INSEE, LOINC, UCUM, concept

COMMUNES = ("37261", "41018", "45234")


@dataclass
class Cohort:
    resources: list[dict[str, Any]] = field(default_factory=list)
    diabetics: Counter[tuple[str, str]] = field(default_factory=Counter)
    above: Counter[tuple[str, str]] = field(default_factory=Counter)
    prescribed: Counter[str] = field(default_factory=Counter)
    dispensed: Counter[str] = field(default_factory=Counter)


def _band(age: int) -> str:
    bounds = ((18, "00-17"), (45, "18-44"), (65, "45-64"), (75, "65-74"))
    return next((name for bound, name in bounds if age < bound), "75+")


def cohort(number: int, *, seed: int = 7) -> Cohort:
    """The period is the year 2025."""
    made, dice = Cohort(), random.Random(seed)
    for at in range(number):
        id_, age, commune = f"p{at}", dice.randint(5, 95), dice.choices(COMMUNES, (20, 4, 1))[0]
        sex = dice.choice(("female", "male"))
        subject = {"subject": {"reference": f"Patient/{id_}"}}
        address = [{"extension": [{"url": INSEE, "valueCoding": {"system": "urn:cog", "code": commune}}]}]
        made.resources.append(
            {
                "resourceType": "Patient",
                "id": id_,
                "gender": sex,
                "birthDate": f"{2026 - age}-01-01",
                "address": address,
            }
        )
        if dice.random() < 0.7:
            made.diabetics[_band(age), commune] += 1
            code = dice.choice(("E11.9", "E10.1", "E14"))
            made.resources.append(
                {
                    "resourceType": "Condition",
                    "id": f"c{at}",
                    "code": concept(ICD10, code),
                    "onsetDateTime": "2015",
                    **subject,
                }
            )
            high = [_hba1c(made, dice, subject, f"h{at}-{n}") for n in range(dice.randint(0, 3))]
            made.above[_band(age), commune] += any(high)
        for n in range(dice.randint(0, 2)):
            _prescription(made, dice, subject, f"m{at}-{n}", sex=sex)
    return made


def _hba1c(made: Cohort, dice: random.Random, subject: dict[str, Any], id_: str) -> bool:
    value, year = round(dice.uniform(5, 11), 1), dice.choice((2024, 2025))
    quantity = {"value": value, "unit": "%", "system": UCUM, "code": "%"}
    observed = {"status": "final", "code": concept(LOINC, "4548-4"), "effectiveDateTime": f"{year}-06-01T08:00:00Z"}
    made.resources.append({"resourceType": "Observation", "id": id_, **observed, **subject, "valueQuantity": quantity})
    return value > 8 and year == 2025


def _prescription(made: Cohort, dice: random.Random, subject: dict[str, Any], id_: str, *, sex: str) -> None:
    medication = {"medicationCodeableConcept": {"text": "metformine"}}
    told = {"status": "active", "intent": "order", "authoredOn": "2025-03-01", **medication, **subject}
    made.resources.append({"resourceType": "MedicationRequest", "id": id_, **told})
    made.prescribed[sex] += 1
    if dice.random() < 0.6:
        by = {"authorizingPrescription": [{"reference": f"MedicationRequest/{id_}"}]}
        done = {"status": "completed", **medication, **subject, **by}
        made.resources.append({"resourceType": "MedicationDispense", "id": f"d{id_}", **done})
        made.dispensed[sex] += 1
