"""Who speaks for a patient who can't any more (the “personne de confiance”) and who holds their advance directives.

Each is a document of the record, of the type that the DMP has for it (TRE_A05 `EXPPAT_1`, wishes and rights of the patient), so that
it is replaced and kept as documents are; the person is contained in it as a RelatedPerson, and the file says the same in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from seve.fhir import Resource
from seve.france.documents.systems import oid_of

Capacity: TypeAlias = Literal["trusted", "holder", "both"]
CAPACITIES: tuple[Capacity, ...] = get_args(Capacity)
WISHES = "EXPPAT_1"
_PHONE = re.compile(r"\+?[\d .]{9,20}")
_LONGEST = 100
_HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class Named:
    """A person as the form has them; `kin` is how the patient knows them, `address` where to find the directives or them."""

    name: str = ""
    capacity: str = ""
    kin: str = ""
    phone: str = ""
    address: str = ""

    def wrong(self) -> str:
        """The field that must change, "" when none must."""
        if not self.name or len(self.name) > _LONGEST:
            return "name"
        if self.capacity not in CAPACITIES:
            return "capacity"
        if self.phone and not _PHONE.fullmatch(self.phone):
            return "phone"
        return "" if self.phone or self.address else "phone"


def typed(form: Mapping[str, str] | Any) -> Named:
    """The fields of a form."""
    return Named(*(form[name].strip() for name in Named.__dataclass_fields__))


def holding(document: Resource, named: Named, *, role: str) -> Resource:
    """The document with the person in it; `role` says their capacity in words."""
    person: Resource = {
        "resourceType": "RelatedPerson",
        "id": _HOLDER,
        "patient": document["subject"],
        "relationship": [{"text": words} for words in (role, named.kin) if words],
        "name": [{"text": named.name}],
    }
    if named.phone:
        person["telecom"] = [{"system": "phone", "value": named.phone}]
    if named.address:
        person["address"] = [{"text": named.address}]
    context = {**document.get("context", {}), "related": [{"reference": f"#{_HOLDER}", "display": named.name}]}
    return {**document, "contained": [*document.get("contained", ()), person], "context": context}


def named_in(document: Resource, roles: Mapping[str, str]) -> Named | None:
    """The person of a document, `roles` being the words of each capacity; None when it names nobody."""
    found = next((one for one in document.get("contained", ()) if one.get("id") == _HOLDER), None)
    if found is None:
        return None
    relations = [one.get("text", "") for one in found.get("relationship", ())]
    return Named(
        name=found["name"][0].get("text", ""),
        capacity=next((name for name, words in roles.items() if words in relations), ""),
        kin=next((words for words in relations if words not in roles.values()), ""),
        phone=next((one["value"] for one in found.get("telecom", ())), ""),
        address=next((one["text"] for one in found.get("address", ())), ""),
    )


def is_wish(document: Resource) -> bool:
    """Whether it is of the type of those documents."""
    codings: list[dict[str, str]] = document.get("type", {}).get("coding", [])
    return any(one.get("code") == WISHES and oid_of(one.get("system", "")) for one in codings)
