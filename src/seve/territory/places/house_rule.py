"""The rule by which the hospital shares what it keeps, set by one of its physicians some weeks before the territory ends."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from seve.fhir import Resource
from seve.fhir.house_documents import Rule, rule_resource
from seve.territory.marks import LOINC, META, moment
from seve.territory.places.world import World

HOUSE: Final = "Organization/demo-hopital"
DOCTOR: Final = "demo-dr-laurent-hopital"
_TYPES: Final = ("34112-3", "11490-0")
"""Reports of a stay, and letters on leaving."""
_BEGAN_DAYS: Final = 30


def rule(made: World, *, until: date) -> Resource:
    """The PlanDefinition."""
    role = made.role(DOCTOR)
    since = moment(datetime.combine(until - timedelta(days=_BEGAN_DAYS), time(9)))
    types = tuple((LOINC, code) for code in _TYPES)
    return {**rule_resource(Rule(HOUSE, types, since, role.reference, role.name)), "meta": META}
