"""Treatments from several sources: what is prescribed, dispensed and told, grouped by substance with the reason why.

Grouping only proposes: a professional confirms, and the confirmation is a MedicationStatement that says what it is derived from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from seve.fhir import Resource
from seve.sdk import wording
from seve.solutions.shared_record.model.entries import time_of

_STRENGTH = re.compile(r"\b\d.*$")
_SYSTEMS = (
    ("atc", "ATC"),
    ("cip", "CIP"),
    ("cis", "CIS"),
    ("1.2.250.1.213.2.3.2", "CIP"),
    ("1.2.250.1.213.2.3.1", "CIS"),
)


@dataclass(frozen=True, slots=True)
class Treatment:
    """One substance: the resources about it, newest first; `reasons` why they stand together (“ATC A10BA02”, a name), and the
    MedicationStatement that confirms them all, if there is one.
    """

    title: str
    reasons: tuple[str, ...]
    resources: tuple[Resource, ...]
    confirmed_by: Resource | None

    @property
    def references(self) -> tuple[str, ...]:
        """Of the resources that a confirmation is derived from."""
        return tuple(reference_of(one) for one in self.resources if not is_confirmation(one))


def reconciled(resources: Iterable[Resource]) -> tuple[Treatment, ...]:
    """Groups of resources that share a code or a name, in the order of their titles."""
    groups = list[tuple[set[str], list[Resource]]]()
    for one in resources:
        keys, members = set(keys_of(one)), [one]
        for group in [found for found in groups if found[0] & keys]:
            keys |= group[0]
            members = [*group[1], *members]
            groups.remove(group)
        groups.append((keys, members))
    return tuple(sorted((_treatment(members) for _, members in groups), key=lambda one: one.title.casefold()))


def confirmation(treatment: Treatment, patient_id: str, *, by: str, at: str) -> Resource:
    """What a professional states once they have looked at a group."""
    first = next(one for one in treatment.resources if not is_confirmation(one))
    made: Resource = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": concept_of(first),
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectivePeriod": {"start": min(filter(None, map(time_of, treatment.resources)), default=at)},
        "dateAsserted": at,
        "informationSource": {"reference": by},
        "derivedFrom": [{"reference": one} for one in treatment.references],
    }
    dosage = first.get("dosageInstruction") or first.get("dosage")
    return {**made, "dosage": dosage} if dosage else made


def keys_of(resource: Resource) -> Iterator[str]:
    """What it shares with others about the same substance: codes by system, and its name without the strength."""
    concept = concept_of(resource)
    for coding in concept.get("coding", ()):
        if coding.get("code"):
            yield f"{_label(coding.get('system', ''))} {coding['code']}"
    if name := _STRENGTH.sub("", wording.coded(concept)).strip().casefold():
        yield name


def concept_of(resource: Resource) -> dict[str, Any]:
    """The medicine, also when it is contained or only named by its reference."""
    if concept := resource.get("medicationCodeableConcept"):
        return dict(concept)
    reference: dict[str, Any] = resource.get("medicationReference", {})
    inner = {f"#{one.get('id')}": one for one in resource.get("contained", ())}
    found = inner.get(reference.get("reference", ""), {}).get("code")
    return dict(found) if found else {"text": reference.get("display", "")}


def is_confirmation(resource: Resource) -> bool:
    """Whether a professional stated it of others."""
    source = resource.get("informationSource", {}).get("reference", "")
    return bool(resource.get("derivedFrom")) and source.startswith("Practitioner")


def reference_of(resource: Resource) -> str:
    """`MedicationRequest/1`."""
    return f"{resource['resourceType']}/{resource['id']}"


def _treatment(members: list[Resource]) -> Treatment:
    newest = sorted(members, key=time_of, reverse=True)
    rest = {reference_of(one) for one in newest if not is_confirmation(one)}
    return Treatment(
        title=wording.coded(concept_of(newest[0])) or reference_of(newest[0]),
        reasons=tuple(_shared(newest)),
        resources=tuple(newest),
        confirmed_by=next((one for one in newest if is_confirmation(one) and rest <= _derived(one)), None),
    )


def _shared(members: list[Resource]) -> Iterator[str]:
    """The keys that at least two of them have."""
    counted = dict[str, int]()
    for one in members:
        for key in set(keys_of(one)):
            counted[key] = counted.get(key, 0) + 1
    yield from sorted(key for key, number in counted.items() if number > 1)


def _derived(resource: Resource) -> set[str]:
    return {one.get("reference", "") for one in resource.get("derivedFrom", ())}


def _label(system: str) -> str:
    return next((label for part, label in _SYSTEMS if part in system.lower()), system)
