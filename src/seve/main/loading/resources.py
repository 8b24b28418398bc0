"""From a raw document to resources: parsed, structure checked, named, their `urn:uuid:` references settled.

A Bundle gives the resources of its entries, but for documents and messages, which are kept whole. A resource without an id
gets the UUID of its entry's `fullUrl`, else one made of its place and content, so that a repeated load finds it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from seve.engine.interactions.rewriting import rewritten
from seve.fhir import Json, Resource
from seve.fhir.codec import decode_xml, encode_json
from seve.fhir.codec.json import check, parse
from seve.kernel.refusals import Malformed, Refusal
from seve.main.loading.chunks import Document
from seve.main.loading.references import settled

_REASONS = 3
_URN_UUID = "urn:uuid:"
_KEPT_WHOLE = ("document", "message")


@dataclass(frozen=True, slots=True)
class Refused:
    """One resource that was not loaded: its file, the place in it, and the first reasons."""

    name: str
    place: str
    reasons: tuple[str, ...]

    @classmethod
    def by(cls, refusal: Refusal, document: Document, place: str) -> Refused:
        """From what the rules say."""
        worst = [issue for issue in refusal.issues if issue.severity in ("fatal", "error")]
        reasons = (f"{issue.expression}: {issue.text()}" if issue.expression else issue.text() for issue in worst)
        return cls(document.name, place, tuple(dict.fromkeys(reasons))[:_REASONS])


@dataclass(frozen=True, slots=True)
class Placed:
    """A resource with its id, its structure checked, and its place in the document."""

    place: str
    resource: Resource


def placed(document: Document, *, keeps_bundles: bool, refuse: Callable[[Refused], None]) -> Iterator[Placed]:
    """The resources of a document; those that can't be read are handed to `refuse`."""
    for place, raw in _parts(document):
        try:
            easy = raw if keeps_bundles or document.form == "xml" else settled(raw)
            resource = decode_xml(raw) if document.form == "xml" else parse(easy)
            if not keeps_bundles and _is_unpacked(resource):
                yield from _entries(document, place, easy, resource, refuse)
                continue
            resource = resource if easy is raw else parse(raw)
            if document.form != "xml":
                check(raw, resource)
        except Refusal as refusal:
            refuse(Refused.by(refusal, document, place))
        else:
            yield Placed(place, _named(resource, document.name, place))


def _parts(document: Document) -> Iterator[tuple[str, bytes]]:
    if document.form == "ndjson":
        for number, line in enumerate(document.data.split(b"\n"), document.line):
            if line.strip():
                yield f"line {number}", line
    else:
        yield "", document.data


def _is_unpacked(resource: Json) -> bool:
    is_bundle = isinstance(resource, dict) and resource.get("resourceType") == "Bundle"
    return is_bundle and isinstance(resource.get("entry"), list) and resource.get("type") not in _KEPT_WHOLE


def _entries(
    document: Document, place: str, raw: bytes, bundle: Resource, refuse: Callable[[Refused], None]
) -> Iterator[Placed]:
    """The resources of a Bundle, the oldest first when it is a history."""
    problem = None if document.form == "xml" else _problem(raw, bundle)
    found = list(_named_entries(document, place, bundle))
    if problem and (unsound := _unsound(found)):
        for at, reasons in unsound.items():
            refuse(Refused.by(reasons, document, at))
        found = [(url, entry) for url, entry in found if entry.place not in unsound]
    elif problem:  # no entry explains it: a duplicate key, or the Bundle's frame
        refuse(Refused.by(problem, document, place))
        return
    places = {url: f"{p.resource['resourceType']}/{p.resource['id']}" for url, p in found if url}
    if sum(raw.count(scheme) for scheme in {url[:8].encode() for url in places}) <= len(places):
        places = {}  # nothing mentions them
    for _, entry in reversed(found) if bundle.get("type") == "history" else found:
        yield Placed(entry.place, rewritten(entry.resource, places))


def _named_entries(document: Document, place: str, bundle: Resource) -> Iterator[tuple[str, Placed]]:
    for index, entry in enumerate(bundle["entry"]):
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            at, url = f"{place} entry[{index}]".strip(), _full_url(entry)
            yield url, Placed(at, _named(entry["resource"], document.name, at, url))


def _unsound(found: list[tuple[str, Placed]]) -> dict[str, Malformed]:
    """What is wrong with entries, by their places."""
    problems = ((entry.place, _problem(encode_json(entry.resource), entry.resource)) for _, entry in found)
    return {place: problem for place, problem in problems if problem}


def _problem(raw: bytes, resource: Resource) -> Malformed | None:
    try:
        check(raw, resource)
    except Malformed as problem:
        return problem
    return None


def _full_url(entry: dict[str, Any]) -> str:
    url = entry.get("fullUrl")
    return url if isinstance(url, str) and url.startswith("urn:") else ""


def _named(resource: Resource, name: str, place: str, full_url: str = "") -> Resource:
    """The resource with its id, or the one it is given."""
    if "id" in resource:
        return resource
    if full_url.startswith(_URN_UUID):
        id_ = full_url.removeprefix(_URN_UUID)
        if _is_uuid(id_):
            return {**resource, "id": id_}
    digest = blake2b(f"{name}\0{place}\0".encode("utf-8", "surrogateescape") + encode_json(resource), digest_size=16)
    return {**resource, "id": str(uuid.UUID(bytes=digest.digest(), version=5))}


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
