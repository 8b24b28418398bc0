"""Problems, allergies, vaccines and treatments: what a form asks, and the resource it makes or changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias, get_args

from seve.fhir import Resource
from seve.sdk import wording

SheetName: TypeAlias = Literal["problems", "allergies", "vaccines", "taken"]
SHEETS: tuple[SheetName, ...] = get_args(SheetName)
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ATC = "http://www.whocc.no/atc"
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form holds, as it was typed."""

    what: str = ""
    code: str = ""
    since: str = ""
    until: str = ""
    detail: str = ""
    severity: str = ""
    note: str = ""

    def wrong(self, *, today: str) -> str:
        """The field that must change, "" when none must."""
        if not self.what.strip() or len(self.what) > _LONGEST:
            return "what"
        for name, day in (("since", self.since), ("until", self.until)):
            if day and (not _is_day(day) or day > today):
                return name
        if self.since and self.until and self.until < self.since:
            return "until"
        return "severity" if self.severity not in ("", "low", "high") else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A kind of list: the FHIR type, how its resources are asked for, the fields of its form, and how a form makes one."""

    name: SheetName
    type: str
    query: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]
    make: Callable[[Resource, Typed], Resource]
    read: Callable[[Resource], Typed]
    end: Callable[[Resource, str], Resource]
    is_over: Callable[[Resource], bool]

    @property
    def part(self) -> str:
        """The part of the record that shows it."""
        return "treatments" if self.name == "taken" else self.name


def typed(form: Mapping[str, str] | Any) -> Typed:
    """The fields of a form."""
    return Typed(*(form[name].strip() for name in Typed.__dataclass_fields__))


def new(kind: Sheet, patient_id: str, typed: Typed, *, by: str, at: str) -> Resource:
    """A new resource of a list."""
    whose = {"reference": f"Patient/{patient_id}"}
    who = {"reference": by}
    heads: dict[str, dict[str, Any]] = {
        "Condition": {"subject": whose, "recordedDate": at, "recorder": who, "asserter": who},
        "AllergyIntolerance": {"patient": whose, "recordedDate": at, "recorder": who, "asserter": who},
        "MedicationStatement": {"subject": whose, "dateAsserted": at, "informationSource": who},
        "Immunization": {"status": "completed", "patient": whose, "recorded": at, "performer": [{"actor": who}]},
    }
    return kind.make({"resourceType": kind.type, **heads[kind.type]}, typed)


def _condition(found: Resource, typed: Typed) -> Resource:
    made = _with(found, onsetDateTime=typed.since, abatementDateTime=typed.until, note=_note(typed))
    made["code"] = _code(found.get("code"), typed, ICD10)
    made["clinicalStatus"] = _status("condition-clinical", "resolved" if typed.until else "active")
    made.setdefault("verificationStatus", _status("condition-ver-status", "confirmed"))
    return made


def _allergy(found: Resource, typed: Typed) -> Resource:
    reaction = [{"manifestation": [{"text": typed.detail}]}] if typed.detail else []
    made = _with(found, onsetDateTime=typed.since, criticality=typed.severity, reaction=reaction, note=_note(typed))
    made["code"] = _code(found.get("code"), typed, "")
    made["clinicalStatus"] = _status("allergyintolerance-clinical", "resolved" if typed.until else "active")
    made.setdefault("verificationStatus", _status("allergyintolerance-verification", "confirmed"))
    return made


def _vaccine(found: Resource, typed: Typed) -> Resource:
    made = _with(found, occurrenceDateTime=typed.since, lotNumber=typed.detail, note=_note(typed))
    made["vaccineCode"] = _code(found.get("vaccineCode"), typed, "")
    return made


def _taken(found: Resource, typed: Typed) -> Resource:
    period = {"start": typed.since, "end": typed.until}
    dosage = found.get("dosage", []) if _dosed(found) == typed.detail else [{"text": typed.detail}]
    made = _with(
        found,
        effectivePeriod={name: day for name, day in period.items() if day},
        effectiveDateTime="",
        dosage=dosage if typed.detail else [],
        note=_note(typed),
    )
    before = found.get("medicationCodeableConcept")
    if before or typed.what != _named(found):
        made["medicationCodeableConcept"] = _code(before, typed, ATC)
        made.pop("medicationReference", None)
    return {**made, "status": "completed" if typed.until else "active"}


def _read_taken(found: Resource) -> Typed:
    period = found.get("effectivePeriod", {})
    return Typed(
        what=_named(found),
        code=next(iter(wording.codes(found.get("medicationCodeableConcept"), ATC)), ""),
        since=(period.get("start") or found.get("effectiveDateTime", ""))[:10],
        until=period.get("end", "")[:10],
        detail=_dosed(found),
        note=_noted(found),
    )


def _end_taken(found: Resource, day: str) -> Resource:
    period = {**found.get("effectivePeriod", {}), "end": day}
    if "effectiveDateTime" in found:
        period = {"start": found["effectiveDateTime"], **period}
    kept = {name: value for name, value in found.items() if name != "effectiveDateTime"}
    return {**kept, "status": "stopped", "effectivePeriod": period}


def _is_stopped(found: Resource) -> bool:
    return found.get("status") not in ("active", "intended", "on-hold", "unknown")


def _named(found: Resource) -> str:
    return wording.coded(found.get("medicationCodeableConcept") or found.get("medicationReference", {}).get("display"))


def _dosed(found: Resource) -> str:
    return "; ".join(one["text"] for one in found.get("dosage", ()) if one.get("text"))


def _read_condition(found: Resource) -> Typed:
    return Typed(
        what=wording.coded(found.get("code")),
        code=next(iter(wording.codes(found.get("code"), ICD10)), ""),
        since=found.get("onsetDateTime", "")[:10],
        until=found.get("abatementDateTime", "")[:10],
        note=_noted(found),
    )


def _read_allergy(found: Resource) -> Typed:
    reactions = [wording.coded(one.get("manifestation")) for one in found.get("reaction", ())]
    return Typed(
        what=wording.coded(found.get("code")),
        since=found.get("onsetDateTime", "")[:10],
        detail=", ".join(filter(None, reactions)),
        severity=found.get("criticality", "").replace("unable-to-assess", ""),
        note=_noted(found),
    )


def _read_vaccine(found: Resource) -> Typed:
    return Typed(
        what=wording.coded(found.get("vaccineCode")),
        since=found.get("occurrenceDateTime", "")[:10],
        detail=found.get("lotNumber", ""),
        note=_noted(found),
    )


def _end_condition(found: Resource, day: str) -> Resource:
    return {**found, "abatementDateTime": day, "clinicalStatus": _status("condition-clinical", "resolved")}


def _end_allergy(found: Resource, day: str) -> Resource:
    del day  # an allergy that is over has no element for when
    return {**found, "clinicalStatus": _status("allergyintolerance-clinical", "resolved")}


def _end_vaccine(found: Resource, day: str) -> Resource:
    del day  # an injection can't end: it was entered in error
    return {**found, "status": "entered-in-error"}


def _is_resolved(found: Resource) -> bool:
    return bool({"resolved", "inactive", "remission"}.intersection(wording.codes(found.get("clinicalStatus"))))


def _is_error(found: Resource) -> bool:
    return found.get("status") == "entered-in-error"


def _code(before: dict[str, Any] | None, typed: Typed, system: str) -> dict[str, Any]:
    """Other words make another code: only what stays the same keeps its codings."""
    if before and wording.coded(before) == typed.what and typed.code in ("", *wording.codes(before, system)):
        return deepcopy(before)
    made: dict[str, Any] = {"text": typed.what}
    return {**made, "coding": [{"system": system, "code": typed.code}]} if typed.code and system else made


def _with(found: Resource, **values: Any) -> Resource:
    """With these elements; without those that are empty."""
    kept = {name: value for name, value in found.items() if name not in values and name != "text"}
    return {**kept, **{name: value for name, value in values.items() if value}}


def _note(typed: Typed) -> list[dict[str, str]]:
    return [{"text": typed.note}] if typed.note else []


def _noted(found: Resource) -> str:
    return " ".join(one.get("text", "") for one in found.get("note", ()))


def _status(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{_TERMINOLOGY}/{system}", "code": code}]}


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


_VERIFIED = (("verification-status:not", "entered-in-error"),)
SHEETS_BY_NAME: dict[SheetName, Sheet] = {
    "problems": Sheet(
        "problems", "Condition", (*_VERIFIED, ("_sort", "-recorded-date")), ("what", "code", "since", "until", "note"),
        _condition, _read_condition, _end_condition, _is_resolved,
    ),
    "allergies": Sheet(
        "allergies", "AllergyIntolerance", (*_VERIFIED, ("_sort", "-date")), ("what", "severity", "detail", "since", "note"),
        _allergy, _read_allergy, _end_allergy, _is_resolved,
    ),
    "vaccines": Sheet(
        "vaccines", "Immunization", (("status:not", "entered-in-error"), ("_sort", "-date")), ("what", "since", "detail", "note"),
        _vaccine, _read_vaccine, _end_vaccine, _is_error,
    ),
    "taken": Sheet(
        "taken", "MedicationStatement", (("status:not", "entered-in-error"), ("_sort", "-effective")),
        ("what", "code", "detail", "since", "until", "note"), _taken, _read_taken, _end_taken, _is_stopped,
    ),
}  # fmt: skip
