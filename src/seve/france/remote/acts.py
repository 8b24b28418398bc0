"""The five acts of telemedicine and télésoin: between whom, what each needs, and which professions may do it from when.

Professions are codes of TRE_G15. A row holds from `since` until `until` (the day after the last); None is without end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias, get_args

from seve.france.identity import professions

Act: TypeAlias = Literal[
    "teleconsultation", "teleexpertise", "telesurveillance", "teleassistance", "regulation", "telesoin"
]
Actor: TypeAlias = Literal["patient", "medical", "care", "requester", "expert", "assisted", "dispatcher"]
_DECREE_2010 = date(2010, 10, 21)
_LAW_2019 = date(2019, 7, 27)
_SPEECH_THERAPIST, _ORTHOPTIST, _OCCUPATIONAL, _DIETICIAN, _PSYCHOMOTOR = "91", "92", "94", "95", "96"
_MEDICAL: Final = frozenset({professions.PHYSICIAN, professions.DENTIST, professions.MIDWIFE})
_CARE: Final = frozenset(
    {
        professions.PHARMACIST,
        professions.NURSE,
        professions.PHYSIOTHERAPIST,
        professions.PODIATRIST,
        _SPEECH_THERAPIST,
        _ORTHOPTIST,
        _OCCUPATIONAL,
        _DIETICIAN,
        _PSYCHOMOTOR,
    }
)


@dataclass(frozen=True, slots=True)
class RemoteAct:
    """An act: its actors, whether the patient takes part and consents to it, whether a report is owed, whether the professional
    states that it is relevant, and whether the tariff's rules know it.
    """

    name: Act
    actors: tuple[Actor, ...]
    is_with_patient: bool
    needs_consent: bool
    needs_report: bool
    needs_relevance: bool
    has_tariff: bool


def _act(name: Act, actors: str, needs: str) -> RemoteAct:
    return RemoteAct(
        name,
        tuple(one for one in get_args(Actor) if one in actors.split()),
        "patient" in actors.split(),
        "consent" in needs.split(),
        "report" in needs.split(),
        "relevance" in needs.split(),
        "tariff" in needs.split(),
    )


ACTS: Final = (
    _act("teleconsultation", "patient medical", "consent report tariff"),
    _act("teleexpertise", "requester expert", "consent report tariff"),
    _act("telesurveillance", "patient medical", "consent report"),
    _act("teleassistance", "medical assisted", "consent report"),
    _act("regulation", "dispatcher patient", ""),
    _act("telesoin", "patient care", "consent report relevance"),
)
"""Rows T01, T07 and R28 of the inventory; public health code, R. 6316-1 (five acts) and L. 6316-2 (télésoin)."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Professions that may do an act."""

    act: Act
    professions: frozenset[str]
    since: date
    until: date | None
    source: str


PERMISSIONS: Final = (
    *(
        Permission(act, _MEDICAL, _DECREE_2010, None, "T01; CSP R6316-1, decree 2010-1229")
        for act in ("teleconsultation", "teleexpertise", "telesurveillance", "teleassistance")
    ),
    Permission(
        "regulation", frozenset({professions.PHYSICIAN}), _DECREE_2010, None, "T01; CSP R6316-1, decree 2010-1229"
    ),
    Permission("telesoin", _CARE, _LAW_2019, None, "T07; CSP L6316-2, law 2019-774"),
)


def named(name: str) -> RemoteAct | None:
    """The act of a name."""
    return next((one for one in ACTS if one.name == name), None)


def may_do(profession: str, day: date) -> tuple[Act, ...]:
    """The acts that a profession may do on a day."""
    return tuple(
        one.act
        for one in PERMISSIONS
        if profession in one.professions and one.since <= day and (one.until is None or day < one.until)
    )
