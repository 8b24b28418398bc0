"""What a complete file no longer lists is struck off: `active` false, so that it gives access to nothing from then on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.france.directory import people, sites
from seve.store import dumping

if TYPE_CHECKING:
    from seve.main.directory.making import Seen
    from seve.main.directory.opening import Form
    from seve.store.database import Connection

_TYPES: dict[Form, tuple[str, ...]] = {
    "people": ("Practitioner", "PractitionerRole"),
    "finess-stock": ("Organization", "Location", "HealthcareService"),
    "finess-plus": ("Organization", "Location", "HealthcareService"),
}
_SOURCES: dict[Form, str] = {"people": people.SOURCE, "finess-stock": sites.SOURCE, "finess-plus": sites.SOURCE}


async def listed(connection: Connection, form: Form) -> AsyncIterator[Resource]:
    """What earlier imports of this form put into the store and is in force; within a transaction."""
    for type_ in _TYPES[form]:
        async for body in dumping.documents(connection, type_, with_history=False):
            resource = parse(body.encode())
            is_ours = resource.get("meta", {}).get("source") == _SOURCES[form] and not _is_unlisted(form, resource)
            if is_ours and _is_in_force(resource):
                yield resource


async def missing(connection: Connection, form: Form, seen: Seen) -> tuple[list[Resource], int]:
    """What is in force and `seen` lacks, struck off; and how many are in force in all."""
    found, count = list[Resource](), 0
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for resource in listed(connection, form):
            count += 1
            if f"{resource['resourceType']}/{resource['id']}" not in seen:
                found.append(_struck_off(resource))
    return found, count


def _is_unlisted(form: Form, resource: Resource) -> bool:
    """The stock lists sites, and a legal entity only where it has one: that it lacks an entity says nothing."""
    types = (coding.get("code") for concept in resource.get("type", ()) for coding in concept.get("coding", ()))
    return form == "finess-stock" and "LEGAL-ENTITY" in types


def _is_in_force(resource: Resource) -> bool:
    return resource.get("active", True) and resource.get("status", "active") == "active"


def _struck_off(resource: Resource) -> Resource:
    key, value = ("status", "inactive") if resource["resourceType"] == "Location" else ("active", False)
    return {**resource, key: value}
