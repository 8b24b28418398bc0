"""FHIR XML to resources, by definition (FHIR R4, XML representation). Comments outside narratives are dropped."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

from lxml import etree

from seve.fhir import Resource
from seve.fhir.definitions import Element, TypeSchema, core
from seve.fhir.narrative import XHTML
from seve.fhir.validation.primitives import INTEGERS, is_decimal_in_range
from seve.fhir.validation.structure import has_sibling, is_primitive
from seve.kernel.refusals import Issue, Malformed

XmlNode: TypeAlias = etree._Element  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - lxml names its types so
_Instruction: TypeAlias = etree._ProcessingInstruction  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - as above
_Entity: TypeAlias = etree._Entity  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - as above
FHIR = "http://hl7.org/fhir"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_ENCODINGS = {None, "UTF-8", "ASCII", "US-ASCII"}
_VALUE = frozenset({"value"})
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})\Z")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where an XML element goes: its rank in the order of the schema, its definition, and its type."""

    rank: int
    element: Element
    type: str
    has_sibling: bool


def read(raw: bytes) -> Resource:
    """The resource that `raw` holds, values not yet checked. Raises Malformed with the line of each issue."""
    root = parse_xml(raw)
    if etree.QName(root).namespace != FHIR:
        raise Malformed([_issue("xml_namespace", root, place="", name=etree.QName(root).localname)])
    issues: list[Issue] = []
    resource = _resource(root, "", issues=issues)
    if issues:
        raise Malformed(issues)
    return resource


def _parse_safely(raw: bytes) -> XmlNode:
    return etree.fromstring(
        raw,
        etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False),
    )


def parse_xml(raw: bytes) -> XmlNode:
    """Any XML as a tree, without DTD, entities, instructions or network. Raises Malformed with the line."""
    try:
        root = _parse_safely(raw)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise Malformed(
            [Issue("fatal", "structure", "fhir.codec.xml_syntax", {"line": line, "column": column})]
        ) from error
    info: Any = root.getroottree().docinfo  # Any: the stubs lack `doctype`
    if info.doctype:
        raise Malformed([_issue("xml_doctype", root, place="")])
    if info.encoding not in _ENCODINGS:
        raise Malformed([_issue("not_utf8", root, place="")])
    for node in (*root.itersiblings(preceding=True), *root.iter(), *root.itersiblings()):
        if isinstance(node, (_Instruction, _Entity)):
            raise Malformed([_issue("xml_instruction", node, place="")])
    return root


def _resource(xml: XmlNode, place: str, *, issues: list[Issue]) -> Resource:
    name = etree.QName(xml).localname
    if name not in core().resource_types:
        issues.append(_issue("xml_resource", xml, place=place, name=name))
        return {}
    return {"resourceType": name, **_object(xml, core().types[name], place=place or name, issues=issues)}


def _object(
    xml: XmlNode, schema: TypeSchema, *, place: str, issues: list[Issue], others: frozenset[str] = frozenset()
) -> dict[str, Any]:
    names = {e.name for e in schema.elements.values() if e.is_xml_attribute}
    found: dict[str, Any] = {str(name): str(value) for name, value in xml.attrib.items() if name in names}
    _no_attributes(xml, names | others, place=place, issues=issues)
    _no_text(xml, place, issues=issues)
    slots = _slots(schema.name)
    rank = -1
    for child in xml.iterchildren(tag=etree.Element):
        slot = _slot(child, slots, place=place, issues=issues)
        if slot is None:
            continue
        if slot.rank < rank:
            issues.append(_issue("xml_order", child, place=place, name=etree.QName(child).localname))
        rank = max(rank, slot.rank)
        _put(found, child, slot=slot, place=place, issues=issues)
    _trim(found)
    return found


def _slot(child: XmlNode, slots: Mapping[str, _Slot], *, place: str, issues: list[Issue]) -> _Slot | None:
    name = etree.QName(child)
    slot = slots.get(name.localname)
    expected = XHTML if slot and slot.type == "xhtml" else FHIR
    if slot is None or name.namespace != expected:
        issues.append(
            _issue("xml_element", child, place=f"{place}.{name.localname}", name=name.localname, parent=place)
        )
        return None
    return slot


def _put(found: dict[str, Any], child: XmlNode, *, slot: _Slot, place: str, issues: list[Issue]) -> None:
    key = etree.QName(child).localname
    if not slot.element.is_list and (key in found or f"_{key}" in found):
        issues.append(_issue("xml_repeated", child, place=f"{place}.{key}", name=key))
        return
    index = len(found[key]) if key in found else 0
    inner = f"{place}.{key}[{index}]" if slot.element.is_list else f"{place}.{key}"
    value, beside = _value(child, slot, place=inner, issues=issues)
    for name, item in ((key, value), (f"_{key}", beside)):
        if slot.element.is_list and (name == key or slot.has_sibling):
            found.setdefault(name, []).append(item)
        elif item is not None:
            found[name] = item


def _value(child: XmlNode, slot: _Slot, *, place: str, issues: list[Issue]) -> tuple[Any, dict[str, Any] | None]:
    if slot.type == "Resource":
        return _held(child, place, issues=issues), None
    if slot.type == "xhtml":
        return _narrative(child), None
    if not is_primitive(slot.type):
        return _object(child, core().types[slot.type], place=place, issues=issues), None
    text = child.get("value")
    beside = _object(child, core().types["Element"], place=place, issues=issues, others=_VALUE)
    if text is None and not beside:
        issues.append(_issue("xml_empty", child, place=place))
    return None if text is None else _primitive(text, slot.type), beside or None


def _narrative(div: XmlNode) -> str:
    """The div by itself: without the namespaces that the resource around it declares."""
    alone = copy.deepcopy(div)
    etree.cleanup_namespaces(alone)
    return etree.tostring(alone, encoding="unicode", with_tail=False)


def _held(child: XmlNode, place: str, *, issues: list[Issue]) -> Resource:
    _no_attributes(child, frozenset(), place=place, issues=issues)
    _no_text(child, place, issues=issues)
    inner = list(child.iterchildren(tag=etree.Element))
    if len(inner) != 1 or etree.QName(inner[0]).namespace != FHIR:
        issues.append(_issue("xml_one_resource", child, place=place))
        return {}
    return _resource(inner[0], place, issues=issues)


def _primitive(text: str, type_name: str) -> Any:
    """The JSON value of an attribute; a text that isn't of the type stays text, which the check of values refuses."""
    if type_name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if type_name == "decimal" or type_name in INTEGERS:
        if _INTEGER.match(text):
            return int(text)
        if type_name == "decimal" and _DECIMAL.match(text) and is_decimal_in_range(Decimal(text)):
            return Decimal(text)
    return text


def _no_attributes(xml: XmlNode, allowed: AbstractSet[str], *, place: str, issues: list[Issue]) -> None:
    unknown = (name for name in map(str, xml.attrib) if name not in allowed and not name.startswith(_XSI))
    issues.extend(_issue("xml_attribute", xml, place=place, name=name, parent=place) for name in unknown)


def _no_text(xml: XmlNode, place: str, *, issues: list[Issue]) -> None:
    if (xml.text or "").strip() or any((child.tail or "").strip() for child in xml):
        issues.append(_issue("xml_text", xml, place=place))


def _trim(found: dict[str, Any]) -> None:
    """Arrays without any value, or without anything beside the values, are left out."""
    for key in [key for key, items in found.items() if isinstance(items, list) and all(i is None for i in items)]:
        del found[key]


@cache
def _slots(type_name: str) -> Mapping[str, _Slot]:
    return dict(_all_slots(core().types[type_name]))


def _all_slots(schema: TypeSchema) -> Iterator[tuple[str, _Slot]]:
    for rank, element in enumerate(schema.elements.values()):
        if not element.is_xml_attribute:
            for key, type_name in element.keys.items():
                yield key, _Slot(rank, element, type_name, has_sibling(element, type_name))


def _issue(name: str, xml: XmlNode, /, *, place: str, **fields: object) -> Issue:
    return Issue("error", "structure", f"fhir.codec.{name}", {**fields, "line": xml.sourceline}, place)
