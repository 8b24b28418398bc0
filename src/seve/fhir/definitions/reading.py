"""From a StructureDefinition snapshot to `TypeSchema`s: one for the type, one for each backbone in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from seve.fhir import Resource
from seve.fhir.definitions.schema import Binding, Constraint, Element, Kind, TypeRef, TypeSchema

_FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
_REGEX = "http://hl7.org/fhir/StructureDefinition/regex"
_BACKBONES = ("BackboneElement", "Element")


def schemas(definition: Resource) -> Iterator[TypeSchema]:
    """The schemas that a snapshot holds: the type itself first, then its backbones."""
    elements: list[dict[str, Any]] = definition["snapshot"]["element"]
    root = elements[0]["path"]
    parents = {root, *(e["path"] for e in elements if _is_backbone(e, elements))}
    base = definition.get("baseDefinition", "").rpartition("/")[2]
    for parent in sorted(parents):
        head = next(e for e in elements if e["path"] == parent)
        children = [e for e in elements if e["path"].rpartition(".")[0] == parent and _is_first_slice(e)]
        is_root = parent == root
        kind: Kind = definition["kind"] if is_root else "backbone"
        yield TypeSchema(
            name=parent,
            kind=kind,
            base=base if is_root else _code(head["type"][0]),
            url=definition["url"] if is_root else "",
            is_abstract=is_root and definition.get("abstract", False),
            elements={} if kind == "primitive-type" else {e.name: e for e in map(_element, children)},
            constraints=constraints(head) if is_root else (),
            regex=_regex(children) if kind == "primitive-type" else "",
        )


def constraints(element: dict[str, Any]) -> tuple[Constraint, ...]:
    """The invariants stated on one ElementDefinition; those without a FHIRPath expression are for people."""
    return tuple(
        Constraint(c["key"], c["severity"], c["human"], c["expression"], c.get("source", ""))
        for c in element.get("constraint", ())
        if "expression" in c
    )


def type_refs(element: dict[str, Any]) -> tuple[TypeRef, ...]:
    """The allowed types of one ElementDefinition."""
    return tuple(
        TypeRef(_code(t), tuple(t.get("profile", ())), tuple(t.get("targetProfile", ())))
        for t in element.get("type", ())
    )


def binding(element: dict[str, Any]) -> Binding | None:
    """The binding of one ElementDefinition, without the version that R4 appends to its own value sets."""
    bound = element.get("binding")
    return Binding(bound["strength"], bound["valueSet"]) if bound and "valueSet" in bound else None


def maximum(element: dict[str, Any]) -> int | None:
    """The upper cardinality, None for `*`."""
    return None if element["max"] == "*" else int(element["max"])


def _element(element: dict[str, Any]) -> Element:
    name = element["path"].rpartition(".")[2].removesuffix("[x]")
    base_max = element.get("base", element)["max"]
    return Element(
        name=name,
        path=element["path"],
        min=element["min"],
        max=None if base_max == "*" and element["max"] == "*" else maximum(element),
        types=type_refs(element),
        keys=dict(_keys(element, name)),
        binding=binding(element),
        constraints=constraints(element),
        is_summary=element.get("isSummary", False),
        is_modifier=element.get("isModifier", False),
        is_xml_attribute="xmlAttr" in element.get("representation", ()),
    )


def _keys(element: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    if reference := element.get("contentReference"):
        yield name, reference.rpartition("#")[2]
        return
    codes = [_code(t) for t in element.get("type", ())]
    if element["path"].endswith("[x]"):
        for code in codes:
            yield name + code[0].upper() + code[1:], code
    elif codes:
        yield name, element["path"] if codes[0] in _BACKBONES else codes[0]


def _code(type_: dict[str, Any]) -> str:
    for extension in type_.get("extension", ()):
        if extension["url"] == _FHIR_TYPE:
            return extension["valueUrl"]
    return type_["code"].removeprefix("http://hl7.org/fhirpath/System.")


def _regex(children: Iterable[dict[str, Any]]) -> str:
    for child in children:
        for type_ in child.get("type", ()):
            for extension in type_.get("extension", ()):
                if extension["url"] == _REGEX:
                    return extension["valueString"]
    return ""


def _is_backbone(element: dict[str, Any], elements: list[dict[str, Any]]) -> bool:
    codes = [t["code"] for t in element.get("type", ())]
    prefix = element["path"] + "."
    return any(code in _BACKBONES for code in codes) and any(e["path"].startswith(prefix) for e in elements)


def _is_first_slice(element: dict[str, Any]) -> bool:
    return "sliceName" not in element
