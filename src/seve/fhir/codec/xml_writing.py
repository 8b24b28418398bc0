"""Resources to FHIR XML, elements in the order of their definitions (FHIR R4, XML representation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from seve.fhir import Json, Resource
from seve.fhir.codec.xml_reading import FHIR
from seve.fhir.definitions import Element, TypeSchema, core
from seve.fhir.narrative import XHTML, parse_narrative
from seve.fhir.validation.structure import is_primitive
from seve.kernel.refusals import Issue, Malformed

_ESCAPES: Mapping[int, str] = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


def write(resource: Resource) -> bytes:
    """The XML of a resource whose structure is right. Raises Malformed when a narrative isn't well-formed XML."""
    parts: list[str] = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    parts += _resource(resource, f' xmlns="{FHIR}"')
    return "".join(parts).encode()


def _resource(resource: Resource, namespace: str) -> Iterator[str]:
    schema = core().types[resource["resourceType"]]
    yield from _element(schema.name, resource, schema=schema, attributes=namespace)


def _element(name: str, node: dict[str, Any], *, schema: TypeSchema, attributes: str = "") -> Iterator[str]:
    for element in schema.elements.values():
        if element.is_xml_attribute and element.name in node:
            attributes += f' {element.name}="{_escape(node[element.name])}"'
    children = [part for element in schema.elements.values() for part in _children(node, element)]
    if children:
        yield f"<{name}{attributes}>"
        yield from children
        yield f"</{name}>"
    else:
        yield f"<{name}{attributes}/>"


def _children(node: dict[str, Any], element: Element) -> Iterator[str]:
    if element.is_xml_attribute:
        return
    for key, type_name in element.keys.items():
        value, beside = node.get(key), node.get(f"_{key}")
        if not element.is_list:
            yield from _value(key, value, type_name=type_name, beside=beside)
            continue
        values, besides = value or [], beside or []
        for index in range(max(len(values), len(besides))):
            yield from _value(key, _at(values, index), type_name=type_name, beside=_at(besides, index))


def _at(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else None


def _value(key: str, value: Json, *, type_name: str, beside: Json) -> Iterator[str]:
    if is_primitive(type_name) and type_name != "xhtml":
        if value is not None or beside is not None:
            yield from _primitive(key, value, beside=beside)
    elif value is None:
        return
    elif type_name == "Resource":
        yield f"<{key}>"
        yield from _resource(value, "")
        yield f"</{key}>"
    elif type_name == "xhtml":
        yield _narrative(value)
    else:
        yield from _element(key, value, schema=core().types[type_name])


def _primitive(key: str, value: Json, *, beside: Json) -> Iterator[str]:
    attribute = "" if value is None else f' value="{_escape(_text(value))}"'
    yield from _element(key, beside or {}, schema=core().types["Element"], attributes=attribute)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _escape(text: str) -> str:
    return text.translate(_ESCAPES)


def _narrative(div: str) -> str:
    xml = parse_narrative(div)
    if xml is None or xml.tag != f"{{{XHTML}}}div":
        raise Malformed([Issue("error", "structure", "fhir.codec.xml_narrative")])
    return etree.tostring(xml, encoding="unicode", with_tail=False)
