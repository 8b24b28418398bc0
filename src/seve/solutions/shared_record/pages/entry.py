"""One entry of a record in full: what it says, who wrote it, by which software, and its versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from seve.fhir import Resource
from seve.sdk import NotFound, View, Visit, wording
from seve.solutions.shared_record.model.entries import Entry, entry
from seve.solutions.shared_record.pages.frame import Frame, framed
from seve.solutions.shared_record.queries import patients

READ = frozenset(
    {
        "AllergyIntolerance", "Claim", "Condition", "DiagnosticReport", "Encounter", "ExplanationOfBenefit", "ImagingStudy",
        "Immunization", "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation", "Procedure",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Version:
    """One version: when it came, and what it said."""

    at: str
    entry: Entry
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shown(View):
    """The versions, newest first."""

    template: ClassVar[str] = "entry.html"
    frame: Frame
    entry: Entry
    facts: tuple[tuple[str, str], ...]
    versions: tuple[Version, ...]
    authors: dict[str, str]
    kind: str


async def show(visit: Visit) -> Shown:
    """Raises NotFound for what is not of this patient."""
    type_, id_ = visit.path["type"], visit.path["id"]
    frame = await framed(visit, "timeline")
    if type_ not in READ:
        raise NotFound
    resource = await visit.records.read(type_, id_)
    if f"Patient/{frame.id}" not in {resource.get(key, {}).get("reference") for key in ("subject", "patient")}:
        raise NotFound
    history = await visit.records.history(type_, id_)
    made = [Version(one["meta"]["lastUpdated"], entry(one, visit.language), facts_of(one, visit)) for one in history]
    return Shown(
        frame=frame,
        entry=made[0].entry,
        facts=made[0].facts,
        versions=tuple(made),
        authors=await patients.authors(visit.records, [one.entry for one in made]),
        kind=wording.kind(type_, visit.language),
    )


def facts_of(resource: Resource, visit: Visit) -> tuple[tuple[str, str], ...]:
    """What a resource says in addition to its title: (key of a label, words)."""
    return tuple((label, words) for label, words in _facts(resource, visit) if words)


def _facts(resource: Resource, visit: Visit) -> Iterator[tuple[str, str]]:
    language = visit.language
    yield "status", _coded_status(resource)
    yield "criticality", str(resource.get("criticality", ""))
    yield "onset", wording.day(resource["onsetDateTime"], language) if "onsetDateTime" in resource else ""
    yield "end", wording.day(resource["abatementDateTime"], language) if "abatementDateTime" in resource else ""
    yield "reaction", _reactions(resource)
    yield "lot", str(resource.get("lotNumber", ""))
    yield "site", wording.coded(resource.get("site") or resource.get("bodySite"))
    yield "reason", wording.coded(resource.get("reasonCode"))
    yield "quantity", wording.quantity(resource.get("quantity"), language)
    yield "note", " ".join(one.get("text", "") for one in resource.get("note", ()))


def _coded_status(resource: Resource) -> str:
    found: Any = resource.get("clinicalStatus") or resource.get("status", "")
    return found if isinstance(found, str) else wording.coded(found)


def _reactions(resource: Resource) -> str:
    return ", ".join(filter(None, (wording.coded(one.get("manifestation")) for one in resource.get("reaction", ()))))
