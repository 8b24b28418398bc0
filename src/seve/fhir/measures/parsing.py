"""From a Measure resource to a measure, every fault named with its place.

What is taken of R4's Measure: scoring `proportion`; one group with a denominator and a numerator; stratifiers, with components
where several values divide together; criteria in the language `text/sql`; views as `relatedArtifact` of the type `depends-on`.
One group and no component twice, because of two partitions that share something the hidden counts of one follow from the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from seve.fhir.measures.model import Measure, Stratifier
from seve.kernel.refusals import InvalidContent, Issue

LANGUAGE: Final = "text/sql"
_SCORING: Final = "http://terminology.hl7.org/CodeSystem/measure-scoring"
_POPULATION: Final = "http://terminology.hl7.org/CodeSystem/measure-population"
_COMPONENT: Final = re.compile(r"[a-z][a-z0-9_]*")
_NAMES: Final = frozenset({"subject", "person"})


class MeasureRefused(InvalidContent):
    """A Measure that can't be run; its issues say where and why. 422."""

    status: ClassVar[int] = 422


def parse_measure(definition: Mapping[str, Any]) -> Measure:
    """A measure from its resource. Raises MeasureRefused with all that is wrong."""
    reading = _Reading()
    measure = reading.measure(definition)
    if reading.issues:
        raise MeasureRefused(reading.issues)
    return measure


class _Reading:
    def __init__(self) -> None:
        self.issues: list[Issue] = []

    def measure(self, told: Mapping[str, Any]) -> Measure:
        if told.get("resourceType") != "Measure":
            self._fault("not_measure", "Measure.resourceType")
        for element in ("url", "name", "title"):
            if not isinstance(told.get(element), str):
                self._fault("missing", f"Measure.{element}")
        if _code(told.get("scoring"), _SCORING) != "proportion":
            self._fault("scoring", "Measure.scoring")
        groups = told.get("group") or []
        if len(groups) != 1:
            self._fault("one_group", "Measure.group")
        group: Mapping[str, Any] = groups[0] if groups else {}
        views = self._views(told.get("relatedArtifact") or [])
        return Measure(
            url=str(told.get("url", "")),
            name=str(told.get("name", "")),
            title=str(told.get("title", "")),
            views=views,
            denominator=self._population(group, "denominator"),
            numerator=self._population(group, "numerator"),
            stratifiers=self._stratifiers(group.get("stratifier") or []),
            definition=told,
        )

    def _views(self, artifacts: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
        found = tuple(str(a["resource"]) for a in artifacts if a.get("type") == "depends-on" and a.get("resource"))
        if not found:
            self._fault("no_view", "Measure.relatedArtifact")
        return found

    def _population(self, group: Mapping[str, Any], code: str) -> str:
        known = group.get("population") or []
        found = [(at, p) for at, p in enumerate(known) if _code(p.get("code"), _POPULATION) == code]
        if len(found) != 1:
            self._fault("population", "Measure.group[0].population", code=code)
            return ""
        at, population = found[0]
        return self._sql(population.get("criteria"), f"Measure.group[0].population[{at}].criteria")

    def _stratifiers(self, told: Sequence[Mapping[str, Any]]) -> tuple[Stratifier, ...]:
        seen, found = set[str](), list[Stratifier]()
        for at, stratifier in enumerate(told):
            place = f"Measure.group[0].stratifier[{at}]"
            parts = stratifier.get("component") or [stratifier]
            names = tuple(str((part.get("code") or {}).get("text", "")) for part in parts)
            for name in names:
                if not _COMPONENT.fullmatch(name) or name in _NAMES:
                    self._fault("component", place, name=name)
                elif name in seen:
                    self._fault("component_twice", place, name=name)
                seen.add(name)
            found.append(Stratifier(names, self._sql(parts[0].get("criteria"), f"{place}.criteria")))
        return tuple(found)

    def _sql(self, criteria: Any, place: str) -> str:
        if not isinstance(criteria, Mapping) or criteria.get("language") != LANGUAGE or not criteria.get("expression"):
            self._fault("criteria", place)
            return ""
        return str(criteria["expression"]).strip().rstrip(";")

    def _fault(self, rule: str, place: str, **fields: object) -> None:
        self.issues.append(Issue("error", "invalid", f"fhir.measures.{rule}", fields, place))


def _code(concept: Any, system: str) -> str:
    codings = (concept or {}).get("coding") or []
    return next((coding.get("code", "") for coding in codings if coding.get("system") == system), "")
