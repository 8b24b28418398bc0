"""What becomes of an identity at the desk: the levels of seve.france.identity, and who arrives without any.

A document of high trust that somebody saw beside its bearer validates an identity; with an answer of INSi it is qualified. An INS
Datamatrix is no document: it raises nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from seve.fhir import Resource
from seve.fhir.access.kinds import ADMISSION
from seve.france.identity.ins import in_force, without_matricule
from seve.france.identity.traits import StrictTraits, strict_traits, with_traits
from seve.france.identity.trust import Reliability, reliabilities, trust, with_reliability

_TYPED: Final = "SM"
_INSI: Final = "INSI"
_CARD: Final = "CN"
UNKNOWN: Final = "INCONNU"


def validated(patient: Resource, *, day: date) -> Resource:
    """The patient whose identity card somebody compared and confirmed on `day`. A method that INSi told stays, so that the identity
    becomes qualified; marks of doubt go, since a person decided.
    """
    told = next(reliabilities(patient), Reliability())
    is_from_insi = told.method == _INSI and in_force(patient) is not None
    at = day.isoformat()
    made = Reliability(
        "VALI",
        method=_INSI if is_from_insi else _TYPED,
        collected=told.collected or at,
        mode=_CARD,
        validated=at,
    )
    return with_reliability(patient, made)


def corrected(patient: Resource, traits: StrictTraits, *, day: date) -> Resource:
    """The patient with the traits of a card that was seen. The card names no COG code: the place stays. What INSi certified were other
    traits, so the number in force becomes old and INSi is to be asked again.
    """
    known = strict_traits(patient)
    changed = with_traits(patient, replace(traits, birth_place=known.birth_place))
    return validated(without_matricule(with_reliability(changed, Reliability("PROV", method=_TYPED))), day=day)


def provisional(*, family: str, given: str, sex: str, birth_date: str) -> Resource:
    """Somebody who tells who they are and shows nothing."""
    traits = StrictTraits(family.strip().upper(), given.strip().upper(), birth_date, sex)
    made = with_traits({"resourceType": "Patient", "meta": {"tag": [ADMISSION]}, "active": True}, traits)
    return with_reliability(made, Reliability("PROV", method=_TYPED))


def unknown(*, sex: str, label: str) -> Resource:
    """Somebody who can't tell: a name that no register has, marked as fictive, which forbids to share by INS; no date of birth is made up.

    The national reference (RNIV) leaves the naming of such people to each house; `label` tells two of one night apart.
    """
    made = with_traits(
        {"resourceType": "Patient", "meta": {"tag": [ADMISSION]}, "active": True},
        StrictTraits(family=UNKNOWN, given=label, sex=sex),
    )
    return with_reliability(made, Reliability("FICT", method=_TYPED))


def is_unknown(patient: Resource) -> bool:
    """Whether nobody knows yet who it is."""
    return any(one.status == "FICT" for one in reliabilities(patient)) and strict_traits(patient).family == UNKNOWN


def named(patient: Resource, traits: StrictTraits) -> Resource:
    """Who was unknown, with the name that was learnt: provisional until a document is seen."""
    return with_reliability(with_traits(patient, traits), Reliability("PROV", method=_TYPED))


__all__ = ["corrected", "is_unknown", "named", "provisional", "trust", "unknown", "validated"]
