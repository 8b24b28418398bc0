"""The entries of a batch or transaction as requests, and their answers as entries (R4, 3.1.0.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args
from urllib.parse import parse_qsl, urlsplit

from seve.engine.outcomes import outcome
from seve.engine.refusals import InvalidBundle
from seve.engine.requests import Answer, Method, Patch, Request
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.kernel.identifiers import instant_of
from seve.kernel.refusals import Refusal
from seve.kernel.texts import Language

if TYPE_CHECKING:
    from seve.engine.engine import Engine

_NEED_BODY = ("POST", "PUT", "PATCH")


def request_of(engine: Engine, entry: dict[str, Any], *, index: int, is_lenient: bool) -> Request:
    """The request that an entry describes. Raises InvalidBundle that names the entry."""
    place = f"Bundle.entry[{index}]"
    asked: dict[str, Any] | None = entry.get("request")
    if asked is None:
        raise InvalidBundle("no_request", expression=place)
    method = asked.get("method", "")
    if method not in get_args(Method):
        raise InvalidBundle("method", expression=f"{place}.request.method", method=method)
    url: str = asked.get("url", "").removeprefix(engine.base_url).lstrip("/")
    resource: Resource | None = entry.get("resource")
    if resource is None and method in _NEED_BODY and "$" not in url and "_search" not in url:
        raise InvalidBundle("no_resource", expression=place, method=method)
    split = urlsplit(url)
    return Request(
        method=cast("Method", method),
        path=split.path.strip("/"),
        query=tuple(parse_qsl(split.query, keep_blank_values=True)),
        resource=resource,
        patch=_patch(resource) if method == "PATCH" and resource else None,
        if_match=asked.get("ifMatch"),
        if_none_match=asked.get("ifNoneMatch"),
        if_none_exist=asked.get("ifNoneExist"),
        if_modified_since=asked.get("ifModifiedSince"),
        is_lenient=is_lenient,
        base_url=engine.base_url,
    )


def _patch(resource: Resource) -> Patch:
    """FHIRPath Patch as Parameters; JSON Patch and XML Patch as a Binary of their media type (3.1.0.6)."""
    if resource["resourceType"] != "Binary":
        return Patch("fhirpath", resource)
    import base64

    content = base64.b64decode(resource.get("data", ""))
    if "xml" in resource.get("contentType", ""):
        return Patch("xml", content)
    return Patch("json", parse(content))


def entry_of(answer: Answer, *, with_resource: bool) -> dict[str, Any]:
    """The answer to one entry."""
    response: dict[str, Any] = {"status": str(answer.status)}
    if answer.location:
        response["location"] = answer.location
    if answer.version is not None:
        response["etag"] = f'W/"{answer.version}"'
    if answer.vid is not None:
        response["lastModified"] = instant_of(answer.vid)
    shown: dict[str, Any] = {"response": response}
    if with_resource and answer.body is not None:
        shown["resource"] = answer.resource
    return shown


def refused_entry(refusal: Refusal, language: Language = "en") -> dict[str, Any]:
    """The refusal of one entry of a batch."""
    return {"response": {"status": str(refusal.status), "outcome": outcome(refusal.issues, language)}}
