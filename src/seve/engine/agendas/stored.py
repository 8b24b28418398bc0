"""Agendas and appointments in the store, read and written by the platform in the name of who asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from seve.engine.interactions import create, update
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.kernel.identifiers import new_id
from seve.store import reading

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.deeds import Deed
    from seve.store.grant import Grant

PEOPLE: Final = ("PractitionerRole", "Practitioner", "Device")
"""Who gives time; places only tell where."""


async def read(engine: Engine, grant: Grant, type_: str, id_: str) -> Resource | None:
    """A resource as it stands, as far as the grant sees it."""
    found = await reading.read(engine.database.pool, grant, type_, id_)
    return parse(found.body.encode()) if found and found.body else None


async def written(engine: Engine, grant: Grant, resource: Resource) -> Resource:
    """A new resource, or the next version of one that was read (`meta.versionId`), as stored. Access was decided before.

    Raises InvalidContent, VersionMismatch, Taken.
    """
    await engine.check(resource)
    [found] = await engine.lane.commit(replace(grant, sight=None, scopes=None), [_deed(engine, resource)])
    assert found.body is not None
    return parse(found.body.encode())


def people(schedule: Resource | None) -> list[str]:
    """References to who gives time in an agenda."""
    found = [str(one.get("reference", "")) for one in schedule.get("actor", ())] if schedule else []
    return [one for one in found if one.partition("/")[0] in PEOPLE]


def _deed(engine: Engine, resource: Resource) -> Deed:
    if "id" not in resource:
        return create.deed(engine, resource, new_id())
    path = f"{resource['resourceType']}/{resource['id']}"
    request = Request("PUT", path, resource=resource, if_match=f'W/"{resource["meta"]["versionId"]}"')
    return update.deed(engine, request, resource, resource["id"])
