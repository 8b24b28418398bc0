"""ValueSet.expansion.contains: flat, or as a tree by the hierarchy of the systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seve.fhir.terminology.displays import chosen, display
from seve.fhir.terminology.expansion import Member


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of each code."""

    language: str = ""
    has_designations: bool = False
    designations: tuple[str, ...] = ()


def contains(members: Sequence[Member], shown: Shown, *, is_nested: bool) -> list[dict[str, Any]]:
    """The elements of an expansion, each under its first parent that is in it too when `is_nested`."""
    rendered = [_element(member, shown) for member in members]
    if not is_nested:
        return rendered
    by_coding = {member.coding: element for member, element in zip(members, rendered, strict=True)}
    order = {member.coding: place for place, member in enumerate(members)}
    top = list[dict[str, Any]]()
    for member, element in zip(members, rendered, strict=True):
        parent = _parent(member, order)
        (by_coding[parent].setdefault("contains", []) if parent else top).append(element)
    return top


def _parent(member: Member, order: dict[tuple[str, str], int]) -> tuple[str, str] | None:
    """The first parent that comes before: a child may not stand above its own ancestors, circle or not."""
    if member.is_listed:
        return None
    above = ((member.system, code) for code in member.concept.parents)
    return next((parent for parent in above if order.get(parent, len(order)) < order[member.coding]), None)


def _element(member: Member, shown: Shown) -> dict[str, Any]:
    concept = member.concept
    element = dict[str, Any]()
    if member.system:
        element["system"] = member.system
    if concept.is_abstract:
        element["abstract"] = True
    if not concept.is_active:
        element["inactive"] = True
    if member.version:
        element["version"] = member.version
    element["code"] = concept.code
    if name := display(concept, shown.language):
        element["display"] = name
    if shown.has_designations and (more := chosen(concept.designations, shown.designations, language=shown.language)):
        element["designation"] = [{key: d[key] for key in ("language", "use", "value") if key in d} for d in more]
    return element
