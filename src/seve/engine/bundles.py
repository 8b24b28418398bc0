"""Bundles of stored documents, put together as text: a page of results is never parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.kernel.identifiers import instant_of
from seve.store.reading import Stored


def bundle(kind: str, entries: Iterable[str], *, links: Mapping[str, str], total: int | None = None) -> str:
    """A Bundle as JSON text, from entries that are JSON text."""
    head: dict[str, Any] = {"resourceType": "Bundle", "type": kind}
    if total is not None:
        head["total"] = total
    head["link"] = [{"relation": relation, "url": url} for relation, url in links.items()]
    body = ",".join(entries)
    text = encode_json(head).decode()
    return f'{text[:-1]},"entry":[{body}]}}' if body else text


def entry(base_url: str, reference: str, document: str, *, mode: str) -> str:
    """A searchset entry: a stored document found by a search as a `match` or an `include`."""
    full_url = encode_json(f"{base_url}/{reference}").decode()
    return f'{{"fullUrl":{full_url},"resource":{document},"search":{{"mode":"{mode}"}}}}'


def outcome_entry(outcome: Resource) -> str:
    """A searchset entry that tells about the search."""
    return f'{{"resource":{encode_json(outcome).decode()},"search":{{"mode":"outcome"}}}}'


def history_entry(base_url: str, stored: Stored) -> str:
    """A history entry: one version, with the request that made it."""
    reference = f"{stored.type}/{stored.id}"
    is_post = stored.method == "POST"
    status = {"POST": "201", "DELETE": "204"}.get(stored.method, "201" if stored.version == 1 else "200")
    parts: dict[str, Any] = {
        "fullUrl": f"{base_url}/{reference}",
        "request": {"method": stored.method, "url": stored.type if is_post else reference},
        "response": {"status": status, "etag": f'W/"{stored.version}"', "lastModified": instant_of(stored.vid)},
    }
    text = encode_json(parts).decode()
    return f'{text[:-1]},"resource":{stored.body}}}' if stored.body is not None else text


def response_bundle(kind: str, entries: Sequence[dict[str, Any]]) -> Resource:
    """The answer to a batch or transaction."""
    return {"resourceType": "Bundle", "type": f"{kind}-response", "entry": list(entries)}
