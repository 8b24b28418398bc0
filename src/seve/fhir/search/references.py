"""References: what they point to, the links that are stored for them, the compartments they open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from seve.fhir.search.entries import Entries
from seve.fhir.search.keys import IDENTIFIER, compartment_key, value_key
from seve.fhir.search.tokens import forms

_LITERAL = re.compile(
    r"(?:(?P<base>https?://.+)/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(?:/_history/.+)?"
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference's text points to. `id` is "" for a resource elsewhere, `links` are the keys of its targets."""

    text: str
    type: str
    id: str
    links: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """What a reference to one type means beside its links: postings of narrowing parameters, and a compartment."""

    keys: tuple[int, ...]
    opens_compartment: bool


@lru_cache(maxsize=131_072)
def target(text: str, base_url: str) -> Target | None:
    """What a reference points to; None for a contained resource. References to the own base count as relative."""
    if text.startswith("#"):
        return None
    if base_url and text.startswith(base_url):
        text = text[len(base_url) :].lstrip("/")
    found = _LITERAL.fullmatch(text)
    if found is None:
        return Target(text, "", "", (value_key(text),))
    bare = text.partition("/_history/")[0]
    links = (value_key(bare),) if bare == text else (value_key(bare), value_key(text))
    return Target(bare, found["type"], "" if found["base"] else found["id"], links)


def target_type(value: dict[str, Any], base_url: str) -> str:
    """The type of the resource that a Reference points to, "" when it doesn't say."""
    text = value.get("reference")
    found = target(text, base_url) if text is not None else None
    return (found.type if found else "") or value.get("type", "")


def post_reference(
    value: dict[str, Any], keys: tuple[int, ...], *, marks: Mapping[str, Marks], out: Entries, base_url: str
) -> None:
    """Post a Reference under parameters, and what `marks` say of its target's type."""
    text = value.get("reference")
    found = target(text, base_url) if text is not None else None
    if found is not None:
        for key in keys:
            for link in found.links:
                out.links.append((key, link))
    type_ = (found.type if found else "") or value.get("type", "")
    marked = marks.get(type_)
    if marked is not None:
        out.present += marked.keys
        if marked.opens_compartment and found is not None and found.id:
            _open_compartment(found, out)
    if (identifier := value.get("identifier")) is not None:
        _post_identifier(identifier, (*keys, *marked.keys) if marked else keys, out=out)


def _open_compartment(found: Target, out: Entries) -> None:
    if found.type == "Patient":
        out.patients.append(found.id)
    else:
        out.links.append((compartment_key(found.type), found.links[0]))


def _post_identifier(identifier: dict[str, Any], keys: tuple[int, ...], *, out: Entries) -> None:
    for form in forms(identifier.get("system"), identifier.get("value")):
        out.postings += [key ^ IDENTIFIER ^ value_key(form) for key in keys]


def post_inline(value: dict[str, Any], key: int, *, targets: tuple[str, ...], out: Entries) -> None:
    """Post an inline resource (Bundle.entry.resource) as if it were referred to, when its type is among `targets`."""
    type_, id_ = value.get("resourceType"), value.get("id")
    if type_ in targets:
        out.present.append(key)
        if id_:
            out.links.append((key, value_key(f"{type_}/{id_}")))


def post_link(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post a Reference as the second part of a composite; the own base is not known here, references count as they stand."""
    text = value.get("reference")
    found = target(text, "") if text is not None else None
    if found is not None:
        out.links += [(key, link) for link in found.links]
