"""The records, as a solution reaches them: under the visitor's grant, and only the types its manifest names.

An update carries the version it was made from, so that two people who edit at once never overwrite each other silently.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from seve.engine.dispatch import perform
from seve.engine.refusals import Gone, VersionMismatch
from seve.engine.refusals import NotFound as NoSuchResource
from seve.engine.requests import Pairs, Request
from seve.engine.rights.people import Person, people
from seve.fhir import Resource
from seve.fhir.access.openings import kept
from seve.france.identity.trust import may_index_shared_data
from seve.sdk.refusals import Changed, NotFound, Undeclared
from seve.store.access.admission import Unknown
from seve.store.access.authors import is_author
from seve.store.access.openings import opening

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.requests import Answer, Method
    from seve.sdk.manifest import Manifest
    from seve.store.grant import Grant

Verb: TypeAlias = Literal["reads", "writes"]
_PAGE: Final = "200"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search: what matched, what came with it, and the token of the next page ("" on the last)."""

    matches: tuple[Resource, ...]
    included: tuple[Resource, ...]
    next: str
    total: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a transaction. `resource` carries its id when it updates, and `meta.versionId` says from what."""

    method: Literal["POST", "PUT", "DELETE"]
    resource: Resource
    full_url: str = ""


class Records:
    """Reads and writes for one visitor of one solution."""

    def __init__(self, engine: Engine, grant: Grant, manifest: Manifest) -> None:
        self._engine = engine
        self._grant = grant
        self._manifest = manifest

    async def read(self, type_: str, id_: str) -> Resource:
        """One resource as it stands. Raises NotFound, also for what the visitor may not see."""
        self._check("reads", type_)
        return (await self._asked(Request("GET", f"{type_}/{id_}"))).resource

    async def version(self, type_: str, id_: str, version: str) -> Resource:
        """One resource as it was. Raises NotFound."""
        self._check("reads", type_)
        return (await self._asked(Request("GET", f"{type_}/{id_}/_history/{version}"))).resource

    async def history(self, type_: str, id_: str) -> tuple[Resource, ...]:
        """The versions of a resource, newest first; deletions are left out."""
        self._check("reads", type_)
        bundle = (await self._asked(Request("GET", f"{type_}/{id_}/_history"))).resource
        return tuple(one["resource"] for one in bundle.get("entry", ()) if "resource" in one)

    async def search(self, type_: str, *pairs: tuple[str, str], page: str = "") -> Found:
        """What matches the search parameters; `page` is the token of a next page. Includes are told by `_include` pairs."""
        self._check("reads", type_)
        query: Pairs = (*pairs, ("_page", page)) if page else pairs
        bundle = (await self._asked(Request("GET", type_, query=query))).resource
        entries: list[dict[str, Any]] = bundle.get("entry", [])
        following = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), "")
        return Found(
            tuple(e["resource"] for e in entries if e["search"]["mode"] == "match"),
            tuple(e["resource"] for e in entries if e["search"]["mode"] == "include"),
            following.rpartition("_page=")[2],
            bundle.get("total"),
        )

    async def every(self, type_: str, *pairs: tuple[str, str], most: int = 10_000) -> tuple[Resource, ...]:
        """All that matches, page by page, the first `most` of it in the order of the search."""
        found, page = list[Resource](), ""
        while len(found) < most:
            part = await self.search(type_, *pairs, ("_count", _PAGE), page=page)
            found += part.matches
            page = part.next
            if not page:
                break
        return tuple(found[:most])

    async def binary(self, id_: str) -> tuple[bytes, str]:
        """The content of a Binary and its media type. Raises NotFound."""
        self._check("reads", "Binary")
        resource = (await self._asked(Request("GET", f"Binary/{id_}"))).resource
        return b64decode(resource.get("data", "")), resource["contentType"]

    async def attached(self, attachment: Mapping[str, Any]) -> tuple[bytes, str] | None:
        """What an Attachment holds and its media type; None for one that is kept elsewhere. Raises NotFound when it may not be seen."""
        if "data" in attachment:
            return b64decode(attachment["data"]), attachment.get("contentType", "application/octet-stream")
        url: str = attachment.get("url", "")
        return await self.binary(url.partition("/")[2]) if url.startswith("Binary/") else None

    async def people(self, references: Iterable[str]) -> dict[str, Person]:
        """Who is behind references: name, profession, organisation, as far as the visitor may know; without a name otherwise.

        The manifest reads the types that the references are of; others are left out.
        """
        known = [one for one in references if one.partition("/")[0] in self._manifest.reads]
        return await people(self._engine, self._grant, known)

    async def is_by(self, resource: Resource, reference: str) -> bool:
        """Whether a resource that was read was created by who acts as a reference: what it says of itself could be anybody's."""
        return await is_author(self._engine.database.pool, f"{resource['resourceType']}/{resource['id']}", reference)

    async def filed(self, document: Resource) -> Resource:
        """A DocumentReference as it may be kept: for the shared record of its patient while that is open, by who made it otherwise."""
        found = await opening(self._engine.database.pool, document["subject"]["reference"])
        return document if found.is_open else kept(document)

    def may_index(self, patient: Resource) -> bool:
        """Whether a patient's identity may index what is shared with others: whether their INS may stand in a document."""
        return may_index_shared_data(patient, environment=self._engine.database.identities)

    async def create(self, resource: Resource) -> Resource:
        """A new resource; as stored. Raises InvalidContent and what access refuses."""
        self._check("writes", resource["resourceType"])
        return await self._written("POST", resource["resourceType"], resource)

    async def update(self, resource: Resource) -> Resource:
        """A new version of a resource that was read. Raises Changed when it is not the latest any more, InvalidContent."""
        self._check("writes", resource["resourceType"])
        return await self._written("PUT", f"{resource['resourceType']}/{resource['id']}", resource)

    async def delete(self, resource: Resource) -> None:
        """Ends a resource that was read. Raises Changed."""
        self._check("writes", resource["resourceType"])
        version = f'W/"{resource["meta"]["versionId"]}"'
        await self._asked(Request("DELETE", f"{resource['resourceType']}/{resource['id']}", if_match=version))

    async def transaction(self, changes: Sequence[Change]) -> list[Resource]:
        """All changes or none; the resources as stored, in order ({} for a deletion). Raises Changed, InvalidContent."""
        for change in changes:
            self._check("writes", change.resource["resourceType"])
        bundle: Resource = {"resourceType": "Bundle", "type": "transaction", "entry": list(_entries(changes))}
        answer = await self._asked(Request("POST", "", resource=bundle, prefer_return="representation"))
        return [entry.get("resource", {}) for entry in answer.resource["entry"]]

    async def operation(self, path: str, parameters: Resource | None = None) -> Resource:
        """What an operation answers (`Patient/1/$everything`). It is a read; those that write have deeds of their own."""
        self._check("reads", path.partition("/")[0])
        method: Method = "POST" if parameters else "GET"
        return (await self._asked(Request(method, path, resource=parameters))).resource

    async def _written(self, method: Method, path: str, resource: Resource) -> Resource:
        version = resource.get("meta", {}).get("versionId") if method == "PUT" else None
        condition = f'W/"{version}"' if version else None
        request = Request(method, path, resource=resource, if_match=condition, prefer_return="representation")
        return (await self._asked(request)).resource

    async def _asked(self, request: Request) -> Answer:
        try:
            return await perform(self._engine, self._grant, request)
        except (NoSuchResource, Gone, Unknown) as error:
            raise NotFound from error
        except VersionMismatch as error:
            raise Changed from error

    def _check(self, verb: Verb, type_: str) -> None:
        declared = self._manifest.reads if verb == "reads" else self._manifest.writes
        if type_ not in declared:
            raise Undeclared(solution=self._manifest.id, verb=verb, type=type_)


def _entries(changes: Iterable[Change]) -> Iterable[dict[str, Any]]:
    for change in changes:
        type_, id_ = change.resource["resourceType"], change.resource.get("id", "")
        request: dict[str, Any] = {
            "method": change.method,
            "url": type_ if change.method == "POST" else f"{type_}/{id_}",
        }
        if change.method != "POST" and (version := change.resource.get("meta", {}).get("versionId")):
            request["ifMatch"] = f'W/"{version}"'
        entry: dict[str, Any] = {"request": request}
        if change.full_url:
            entry["fullUrl"] = change.full_url
        if change.method != "DELETE":
            entry["resource"] = change.resource
        yield entry
