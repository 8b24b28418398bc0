"""Packages added at run time: conformance resources kept in the store, so that every process of it has the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.fhir.codec.json import parse
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection, Pool


@dataclass(frozen=True, slots=True)
class Package:
    """One package in the store."""

    name: str
    version: str
    added: datetime


async def put(connection: Connection | Pool, name: str, version: str, *, resources: Sequence[Resource]) -> None:
    """Adds a package, or replaces the same version of it."""
    text = encode_json(list(resources)).decode()
    await connection.execute(statements("package")["put"], name, version, text)


async def packages(connection: Connection | Pool) -> list[Package]:
    """All packages, in the order in which they were added."""
    rows = await connection.fetch(statements("package")["list"])
    return [Package(row["name"], row["version"], row["added"]) for row in rows]


async def remove(connection: Connection | Pool, name: str, version: str = "") -> list[str]:
    """Removes one version of a package, or all of them ("" ), and says which there were."""
    return [row["version"] for row in await connection.fetch(statements("package")["remove"], name, version)]


async def resources(connection: Connection | Pool) -> list[Resource]:
    """The conformance resources of all packages; of two with the same URL the one added later comes last."""
    found = list[Resource]()
    for row in await connection.fetch(statements("package")["all"]):
        found += parse(row["resources"].encode())
    return found
