"""Who is behind a reference: name, profession and organisation, as far as the reader may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.store import reading

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant


@dataclass(frozen=True, slots=True)
class Person:
    """`references` are all in whose name they act: a PractitionerRole's Practitioner and Organization, too."""

    reference: str
    name: str = ""
    profession: str = ""
    organization: str = ""
    references: frozenset[str] = frozenset()


async def people(engine: Engine, grant: Grant, references: Iterable[str]) -> dict[str, Person]:
    """The persons behind references; who can't be seen is there without a name."""
    wanted = [reference for reference in dict.fromkeys(references) if "/" in reference]
    found = await _documents(engine, grant, wanted)
    named = [_target(one, name) for one in found.values() for name in ("practitioner", "organization")]
    found |= await _documents(engine, grant, [reference for reference in named if reference and reference not in found])
    return {reference: _person(reference, found) for reference in wanted}


async def _documents(engine: Engine, grant: Grant, references: list[str]) -> dict[str, Resource]:
    stored = await reading.several(engine.database.pool, grant, references) if references else []
    return {f"{one.type}/{one.id}": parse(one.body.encode()) for one in stored if one.body}


def _person(reference: str, found: dict[str, Resource]) -> Person:
    resource = found.get(reference)
    if resource is None:
        return Person(reference, references=frozenset({reference}))
    if resource["resourceType"] != "PractitionerRole":
        return Person(reference, name_of(resource), _words(resource), references=frozenset({reference}))
    person, place = _target(resource, "practitioner"), _target(resource, "organization")
    name = name_of(found[person]) if person in found else resource.get("practitioner", {}).get("display", "")
    organization = name_of(found[place]) if place in found else resource.get("organization", {}).get("display", "")
    return Person(reference, name, _words(resource), organization, frozenset(filter(None, (reference, person, place))))


def name_of(resource: Resource) -> str:
    """The name of a person or an organisation; "" when it has none."""
    name: Any = resource.get("name", "")
    if isinstance(name, str):
        return name
    first: dict[str, Any] = name[0] if name else {}
    return str(
        first.get("text") or " ".join([*first.get("prefix", ()), *first.get("given", ())[:1], first.get("family", "")])
    ).strip()


def _words(resource: Resource) -> str:
    """A profession, or what a relative is to the patient."""
    for concept in (*resource.get("specialty", ()), *resource.get("code", ()), *resource.get("relationship", ())):
        displays = (coding["display"] for coding in concept.get("coding", ()) if coding.get("display"))
        if words := concept.get("text") or next(displays, ""):
            return str(words)
    return ""


def _target(resource: Resource, name: str) -> str:
    value = resource.get(name)
    return str(value.get("reference", "")) if isinstance(value, dict) else ""
