"""How measures go over the years: what a body is like, what diseases and treatments do to it, and the scatter of a measurement.

Simple lines, not physiology: they go the right way and by a plausible amount. CKD-EPI 2009 links creatinine to filtration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from seve.territory.model.epidemiology import Sex
from seve.territory.model.life import Life

_ADULT = 18
_KAPPA: dict[Sex, float] = {"male": 0.9, "female": 0.7}
_ALPHA: dict[Sex, float] = {"male": -0.411, "female": -0.329}
_TO_MICROMOLES = 88.4


@dataclass(frozen=True, slots=True)
class Body:
    """What one is born with, as deviations in the units of each measure."""

    sex: Sex
    height_cm: float
    mass_index: float
    pressure: float
    filtration: float
    sugar: float
    lipid: float
    adherence: float

    @classmethod
    def drawn(cls, random: Random, sex: Sex, *, life: Life) -> Body:
        """People with diabetes or hypertension are heavier."""
        heavy = 4.0 * ("diabetes2" in life.onsets) + 1.5 * ("hypertension" in life.onsets)
        return cls(
            sex=sex,
            height_cm=random.gauss(176 if sex == "male" else 163, 6.5),
            mass_index=max(random.gauss(24.6 + heavy, 3.2), 17.5),
            pressure=random.gauss(0, 8),
            filtration=random.gauss(0, 9),
            sugar=random.gauss(0, 0.5),
            lipid=random.gauss(0, 0.25),
            adherence=random.random(),
        )

    def height(self, age: float) -> float:
        """Centimetres; children grow along one curve."""
        if age >= _ADULT:
            return self.height_cm
        share = 0.29 + 0.135 * age if age < 1 else 0.395 + 0.0695 * age**0.8 if age < 12 else 0.87 + 0.0217 * (age - 12)
        return self.height_cm * min(share, 1.0)

    def weight(self, age: float) -> float:
        """Kilogrammes."""
        metres = self.height(age) / 100
        index = self.mass_index
        if age < _ADULT:
            index = 16.2 + (self.mass_index - 23) * 0.35 * age / _ADULT + 0.28 * max(age - 6, 0)
        elif age > 75:
            index -= 0.07 * (age - 75)
        return index * metres * metres


def pressure(body: Body, life: Life, *, at: date) -> tuple[float, float]:
    """Systolic and diastolic, mmHg: treated hypertension stays a little high."""
    age = life.age(at)
    systolic = 102 + body.pressure + (0.28 * age if age < 60 else 16.8 + 0.32 * (age - 60)) + (6 if age >= 12 else 0)
    if life.has("hypertension", at):
        years = life.years_with("hypertension", at)
        systolic += max(24 - 14 * min(years, 1.0) * (0.6 + 0.5 * body.adherence), 6)
    if life.has("heart_failure", at):
        systolic -= 9
    return systolic, 0.42 * systolic + 22 - 0.1 * max(age - 60, 0)


def hemoglobin_a1c(body: Body, life: Life, *, at: date) -> float:
    """Percent: treatment brings it down, the years bring it up, and each new medicine down again."""
    if life.has("diabetes1", at):
        return 7.7 + body.sugar
    if not life.has("diabetes2", at):
        return 5.4 + 0.3 * body.sugar
    years = life.years_with("diabetes2", at)
    if years < 0.5:
        return 8.1 + body.sugar - 2 * years
    step = 0.14 * (years % 4.5)
    return 6.7 + body.sugar + step + 0.03 * years + 0.4 * (body.adherence < 0.25)


def filtration(body: Body, life: Life, *, at: date) -> float:
    """Estimated filtration, ml/min/1.73 m²: down with age, faster with kidney disease, by its stage."""
    age = life.age(at)
    if life.has("transplant", at):
        return 54 + 0.7 * body.filtration
    if life.has("dialysis", at):
        return 8 + 0.05 * body.filtration
    if life.has("kidney_stage5", at):
        return max(13.5 - 1.5 * life.years_with("kidney_stage5", at), 9)
    if life.has("kidney_stage4", at):
        return max(28 - 2.4 * life.years_with("kidney_stage4", at), 16)
    if life.has("kidney", at):
        return max(57 - 2.0 * life.years_with("kidney", at), 31)
    return max(min(118 - 0.62 * max(age - 20, 0) + body.filtration, 125), 62)


def creatinine(rate: float, *, age: int, sex: Sex) -> float:
    """Creatinine in µmol/l that gives this filtration by CKD-EPI 2009."""
    scale = 141 * 0.993**age * (1.018 if sex == "female" else 1.0)
    exponent = -1.209 if rate < scale else _ALPHA[sex]
    return _TO_MICROMOLES * _KAPPA[sex] * (rate / scale) ** (1 / exponent)


def natriuretic(life: Life, at: date) -> float:
    """NT-proBNP, ng/l."""
    found = 60 + 3.2 * max(life.age(at) - 40, 0)
    if life.has("heart_failure", at):
        found = found * 5 + 350 * min(life.years_with("heart_failure", at), 6)
    return found * (2.2 if life.has("kidney_stage4", at) else 1.0)


def cholesterol(body: Body, life: Life, *, at: date) -> float:
    """LDL, g/l: down by a statin."""
    found = 1.28 + body.lipid
    if life.has("dyslipidemia", at):
        found += 0.45 if life.years_with("dyslipidemia", at) < 0.3 else -0.30
    return max(found - (0.35 if life.has("coronary", at) else 0.0), 0.45)


def saturation(life: Life, at: date) -> float:
    """Oxygen in blood, percent."""
    if life.has("respiratory_failure", at):
        return 90.5
    return 95.0 if life.has("copd", at) else 97.8


def ejection(body: Body, life: Life, *, at: date) -> float:
    """Left ventricular ejection fraction, percent: half of the failing hearts keep it."""
    if not life.has("heart_failure", at):
        return 62
    if body.adherence > 0.55:
        return 54
    return 36 + min(life.years_with("heart_failure", at), 4)


def expired(body: Body, life: Life, *, at: date) -> float:
    """FEV1, percent of what is expected."""
    if not life.has("copd", at):
        return 96 - 8 * life.has("asthma", at)
    return max(
        72 - 2.2 * life.years_with("copd", at) - 14 * life.has("respiratory_failure", at) + body.filtration / 3, 24
    )
