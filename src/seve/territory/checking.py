"""How near a generated population comes to what is published: counts over people, and the table of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from math import sqrt

from seve.fhir import Resource
from seve.territory.model.epidemiology import diseases
from seve.territory.tables import table
from seve.territory.traces.record import Record

_RECENT_YEARS = 5
_BOUND = 3.0
"""Standard errors of the sample beyond the accepted deviation: what is outside is no chance."""
_CANCERS = ("breast_cancer", "prostate_cancer", "colon_cancer", "lung_cancer")
_SERVED = frozenset({"AMB", "VR"})
_NOT_PHYSICIANS = ("Examen postnatal", "Premier examen prénatal", "Consultation de suivi de grossesse")


@dataclass(frozen=True, slots=True)
class Line:
    """One target: what was counted, and what is published. `error` is the standard error of `observed`."""

    id: str
    title: str
    unit: str
    observed: float
    published: float
    tolerance: float
    error: float
    source: str
    gap: str
    """Why the model can't meet it, "" where it should."""

    @property
    def is_met(self) -> bool:
        """Whether the deviation is within the accepted one and chance."""
        return abs(self.observed - self.published) <= self.published * self.tolerance + _BOUND * self.error


@dataclass(slots=True)
class Tally:
    """Counts: `people` by what they are and `among` by whom they are counted in; `events` in the last years, by kind."""

    people: Counter[str] = field(default_factory=Counter[str])
    among: Counter[str] = field(default_factory=Counter[str])
    events: Counter[str] = field(default_factory=Counter[str])
    squares: Counter[str] = field(default_factory=Counter[str])
    years: float = 0.0
    resources: int = 0

    def add(self, record: Record) -> None:
        """One person."""
        self.resources += len(record.resources)
        until = record.span.until
        since = until.replace(year=until.year - _RECENT_YEARS)
        if record.end > since:
            self._years(record, since)
        if record.life.death is None:
            self._living(record, until)

    def _years(self, record: Record, since: date) -> None:
        self.years += (record.end - max(since, record.person.birth)).days / 365.25
        found = Counter[str](kind for resource in record.resources for kind in _kinds(resource, since.isoformat()))
        found["deaths"] = record.life.death is not None
        found["births"] = record.person.birth >= since
        found["cancer"] = sum(since <= record.life.onsets[d] for d in _CANCERS if d in record.life.onsets)
        found["boxes"] = _boxes(record, since.isoformat())
        self.events.update(found)
        self.squares.update({kind: number * number for kind, number in found.items()})

    def _living(self, record: Record, until: date) -> None:
        age, sex = record.age(until), record.person.sex
        groups = {"all"} | ({"adult"} if age >= 18 else set()) | ({"chooser"} if age >= 17 else set())
        groups |= {"men_70_84"} if sex == "male" and 70 <= age < 85 else set()
        groups |= {"women_80_84"} if sex == "female" and 80 <= age < 85 else set()
        self.among.update(groups)
        self.people.update(_traits(record, age, groups=groups))

    def merge(self, other: Tally) -> None:
        """Takes another's counts in."""
        for mine, theirs in ((self.people, other.people), (self.among, other.among), (self.events, other.events), (self.squares, other.squares)):  # fmt: skip
            mine.update(theirs)
        self.years += other.years
        self.resources += other.resources

    def lines(self) -> list[Line]:
        """Every target, in the order of the file."""
        return [self._line(id_, row) for id_, row in table("targets").items()]

    def _line(self, id_: str, row: dict[str, str | float]) -> Line:
        scale = {"%": 100.0, "‰": 1000.0}.get(str(row["unit"]), 1.0)
        observed, error = self._rate(id_) if id_ in _RATES else self._share(id_)
        return Line(
            id_, str(row["title"]), str(row["unit"]), observed * scale, float(row["published"]), float(row["tolerance"]),
            error * scale, str(row["source"]), str(row.get("gap", "")),
        )  # fmt: skip

    def _share(self, id_: str) -> tuple[float, float]:
        number = max(self.among[_GROUPS.get(id_, "all")], 1)
        share = self.people[id_] / number
        return share, sqrt(max(share * (1 - share), 1 / number) / number)

    def _rate(self, id_: str) -> tuple[float, float]:
        years = max(self.years, 1.0)
        return self.events[id_] / years, sqrt(max(self.squares[id_], 1)) / years


_RATES = frozenset({"deaths", "cancer", "consultations", "emergencies", "stays", "births", "boxes"})
_GROUPS = {
    "heart_failure": "adult",
    "traitant": "chooser",
    "diabetes_men_70_84": "men_70_84",
    "diabetes_women_80_84": "women_80_84",
}
_HELD = ("hypertension", "coronary", "stroke", "asthma", "copd", "dementia")


def _traits(record: Record, age: int, *, groups: set[str]) -> Iterator[str]:
    onsets = record.life.onsets
    is_diabetic = "diabetes1" in onsets or "diabetes2" in onsets
    held: dict[str, bool] = {
        "women": record.person.sex == "female",
        "under_20": age < 20,
        "over_65": age >= 65,
        "over_75": age >= 75,
        "diabetes": is_diabetic,
        "diabetes_men_70_84": is_diabetic and "men_70_84" in groups,
        "diabetes_women_80_84": is_diabetic and "women_80_84" in groups,
        "heart_failure": "heart_failure" in onsets and "adult" in groups,
        "kidney_replacement": "dialysis" in onsets,
        "ald": any(diseases()[name].ald for name in onsets),
        "traitant": record.carers.is_chosen and "chooser" in groups,
    }
    yield from (name for name, is_held in held.items() if is_held)
    yield from (name for name in _HELD if name in onsets)


def _kinds(resource: Resource, since: str) -> Iterator[str]:
    if resource["resourceType"] != "Encounter" or resource["period"]["start"] < since:
        return
    code = resource["class"]["code"]
    if code == "EMER":
        yield "emergencies"
    elif code == "IMP":
        yield "stays"
    elif code in _SERVED and resource["type"][0]["text"] not in _NOT_PHYSICIANS:
        yield "consultations"


def _boxes(record: Record, since: str) -> int:
    given = (r for r in record.resources if r["resourceType"] == "MedicationDispense" and r["whenHandedOver"] >= since)
    return sum(resource["quantity"]["value"] for resource in given)
