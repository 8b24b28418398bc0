"""XML Patch (RFC 5261): `add`, `replace` and `remove` with XPath selectors, on the resource's XML form."""

from __future__ import annotations

from lxml import etree

from seve.fhir import Resource
from seve.fhir.codec import decode_xml, encode_xml
from seve.fhir.codec.xml_reading import XmlNode, parse_xml
from seve.fhir.patch.refusals import PatchRefused

_NAMESPACES = {"f": "http://hl7.org/fhir", "h": "http://www.w3.org/1999/xhtml"}
_MOST_OPERATIONS = 10_000
_LONGEST_SELECTOR = 1_000


def apply_xml_patch(resource: Resource, document: bytes) -> Resource:
    """The patched resource. Raises PatchRefused that names the operation."""
    patch = parse_xml(document)
    root = parse_xml(encode_xml(resource))
    if etree.QName(patch).localname != "diff" or len(patch) > _MOST_OPERATIONS:
        raise PatchRefused("not_an_xml_patch")
    for index, operation in enumerate(patch):
        _apply(root, operation, f"diff[{index}]")
    return decode_xml(etree.tostring(root))


def _apply(root: XmlNode, operation: XmlNode, place: str) -> None:
    kind = etree.QName(operation).localname
    selector = operation.get("sel", "")
    selected = _select(root, selector, place)
    if kind == "add":
        _add(selected, operation, place)
    elif kind == "replace":
        _replace(selected, operation, place)
    elif kind == "remove":
        _remove(selected, place)
    else:
        raise PatchRefused("invalid_operation", place=place)


def _select(root: XmlNode, selector: str, place: str) -> object:
    if not selector or len(selector) > _LONGEST_SELECTOR:
        raise PatchRefused("part_missing", place=place, name="sel")
    try:
        found = etree.XPath(f"/{selector.lstrip('/')}", namespaces=_NAMESPACES)(root)  # relative to the document
    except etree.XPathError as error:
        raise PatchRefused("path_invalid", place=place, path=selector[:200], reason=str(error)) from error
    if not isinstance(found, list) or len(found) != 1:
        raise PatchRefused(
            "not_one_element", place=place, path=selector[:200], count=len(found) if isinstance(found, list) else 0
        )
    return found[0]


def _add(selected: object, operation: XmlNode, place: str) -> None:
    if not isinstance(selected, XmlNode):
        raise PatchRefused("does_not_apply", place=place, path=operation.get("sel", ""))
    if attribute := operation.get("type", ""):
        selected.set(attribute.lstrip("@"), operation.text or "")
        return
    position = operation.get("pos")
    children = list(operation)
    if position in ("before", "after"):
        parent = selected.getparent()
        if parent is None:
            raise PatchRefused("does_not_apply", place=place, path=operation.get("sel", ""))
        at = parent.index(selected) + (position == "after")
        parent[at:at] = children
    elif position == "prepend":
        selected[0:0] = children
    else:
        selected.extend(children)


def _replace(selected: object, operation: XmlNode, place: str) -> None:
    if isinstance(selected, XmlNode):
        parent, children = selected.getparent(), list(operation)
        if parent is None or len(children) != 1:
            raise PatchRefused("does_not_apply", place=place, path=operation.get("sel", ""))
        parent.replace(selected, children[0])
        return
    owner, name = _attribute(selected, place)
    owner.set(name, operation.text or "")


def _remove(selected: object, place: str) -> None:
    if isinstance(selected, XmlNode):
        parent = selected.getparent()
        if parent is None:
            raise PatchRefused("no_resource_left", place=place)
        parent.remove(selected)
        return
    owner, name = _attribute(selected, place)
    del owner.attrib[name]


def _attribute(selected: object, place: str) -> tuple[XmlNode, str]:
    owner = getattr(selected, "getparent", lambda: None)()
    name = getattr(selected, "attrname", None)
    if owner is None or not name:
        raise PatchRefused("does_not_apply", place=place, path="")
    return owner, name
