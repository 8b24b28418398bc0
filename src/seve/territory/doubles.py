"""A second record of somebody, as a reception in a hurry makes it: for the identity desk of the demonstration to find."""

from __future__ import annotations

from typing import Any, Final

from seve.fhir import Resource
from seve.france.identity.traits import StrictTraits, strict_traits, with_traits
from seve.france.identity.trust import Reliability, with_reliability
from seve.territory.marks import LOCAL, META

DOUBLED: Final = ("demo-henri", "demo-marcel")
"""Those who have two records."""


def double(patient: Resource, *, organization: dict[str, Any]) -> Resource:
    """The same person without INS, by what they said: the name misheard by a letter, one given name, nobody asked for the place of birth.

    `organization` is a Reference to who made it.
    """
    traits = strict_traits(patient)
    family = traits.family[:2] + traits.family[2:3] * 2 + traits.family[3:]
    said = StrictTraits(family, traits.given.split(" ")[0], traits.birth_date, traits.sex, "")
    found: Resource = {
        "resourceType": "Patient",
        "id": f"{patient['id']}-urgences",
        "meta": META,
        "identifier": [{"use": "secondary", "system": f"{LOCAL}dossiers", "value": f"{patient['id'].upper()}-U"}],
        "active": True,
        "telecom": patient.get("telecom", []),
        "managingOrganization": organization,
    }
    return with_reliability(with_traits(found, said), Reliability("PROV", "SM"))
