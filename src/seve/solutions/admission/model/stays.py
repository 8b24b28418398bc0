"""A stay or visit at the hospital: an Encounter with the tag of admissions, from planned to finished, and its wifi code."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource

WIFI: Final = "https://seve.example/wifi"
PATH: Final = "https://seve.example/StructureDefinition/admission-path"
Deed: TypeAlias = Literal["arrive", "admit", "finish", "absent"]
Path: TypeAlias = Literal["pre-admission", "admission", "emergency"]
_DEEDS: Final[Mapping[str, tuple[Deed, ...]]] = {
    "planned": ("arrive", "absent"),
    "arrived": ("admit",),
    "in-progress": ("finish",),
}
_AFTER: Final[Mapping[Deed, str]] = {
    "arrive": "arrived",
    "admit": "in-progress",
    "finish": "finished",
    "absent": "cancelled",
}
_PATHS: Final[Mapping[str, Path]] = {"admission": "admission", "emergency": "emergency"}
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that are taken for one another."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """A code for the patients' network: of one stay, from when until when."""

    code: str
    since: datetime
    until: datetime


def patient_of(stay: Resource) -> str:
    """`Patient/id`."""
    return str(stay["subject"]["reference"])


def starts(stay: Resource) -> datetime:
    """When it begins, or began."""
    return datetime.fromisoformat(stay["period"]["start"])


def ends(stay: Resource) -> datetime | None:
    """When it ends, as far as that is known."""
    end = stay["period"].get("end")
    return datetime.fromisoformat(end) if end else None


def place(stay: Resource) -> str:
    """Where: the name of the place, or of the house."""
    named = (one["location"].get("display", "") for one in stay.get("location", ()))
    return next(filter(None, named), str(stay.get("serviceProvider", {}).get("display", "")))


def deeds(stay: Resource) -> tuple[Deed, ...]:
    """What the office may do with it now."""
    return _DEEDS.get(stay["status"], ())


def deed_of(stay: Resource, name: str) -> Deed | None:
    """The deed of a name, when the office may do it now."""
    allowed: dict[str, Deed] = {one: one for one in deeds(stay)}
    return allowed.get(name)


def done(stay: Resource, deed: Deed, *, now: datetime) -> Resource:
    """The stay after a deed. While it lasts its end is not known, and nobody is let in for shorter than it lasts."""
    status, at = _AFTER[deed], now.isoformat(timespec="seconds")
    period: dict[str, Any] = dict(stay["period"])
    if deed in ("arrive", "admit"):
        period = {"start": at if deed == "arrive" else period["start"]}
    elif deed == "finish":
        period["end"] = at
    history = [*stay.get("statusHistory", ()), {"status": stay["status"], "period": {"end": at}}]
    return {**stay, "status": status, "period": period, "statusHistory": history}


def path_of(stay: Resource) -> Path:
    """Which of the three ways the patient came by."""
    found = next((one.get("valueCode") for one in stay.get("extension", ()) if one.get("url") == PATH), "")
    return _PATHS.get(str(found), "pre-admission")


def opened(
    patient: str, *, organization: Mapping[str, Any], path: Path, now: datetime, tag: Mapping[str, str]
) -> Resource:
    """A stay that begins at the desk."""
    class_ = ("EMER", "emergency") if path == "emergency" else ("AMB", "ambulatory")
    return {
        "resourceType": "Encounter",
        "meta": {"tag": [dict(tag)]},
        "extension": [{"url": PATH, "valueCode": path}],
        "status": "arrived",
        "class": {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": class_[0],
            "display": class_[1],
        },
        "subject": {"reference": patient},
        "period": {"start": now.isoformat(timespec="seconds")},
        "serviceProvider": dict(organization),
    }


def voucher(stay: Resource) -> Voucher | None:
    """The last code of a stay, in force or not."""
    for one in reversed(stay.get("identifier", ())):
        if one.get("system") == WIFI:
            period = one["period"]
            return Voucher(one["value"], *(datetime.fromisoformat(period[name]) for name in ("start", "end")))
    return None


def with_voucher(stay: Resource, *, now: datetime, until: datetime) -> Resource:
    """The stay with a new code and no other: a code says nothing of anybody."""
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    made = {
        "system": WIFI,
        "value": code,
        "period": {"start": now.isoformat(timespec="seconds"), "end": until.isoformat(timespec="seconds")},
    }
    return {**stay, "identifier": [*_others(stay), made]}


def revoked(stay: Resource, *, now: datetime) -> Resource:
    """The stay whose code ends now."""
    found = voucher(stay)
    if found is None or found.until <= now:
        return stay
    period = {"start": min(found.since, now).isoformat(timespec="seconds"), "end": now.isoformat(timespec="seconds")}
    return {**stay, "identifier": [*_others(stay), {"system": WIFI, "value": found.code, "period": period}]}


def _others(stay: Resource) -> list[dict[str, Any]]:
    return [one for one in stay.get("identifier", ()) if one.get("system") != WIFI]
