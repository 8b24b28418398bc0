"""Elements of CDA, made."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from seve.france.cda.document import Code, Id
from seve.france.cda.parsing import IN, NAMESPACE
from seve.france.cda.times import timestamp

XSI = "http://www.w3.org/2001/XMLSchema-instance"
TYPE = f"{{{XSI}}}type"
_NAMESPACES: dict[str | None, str] = {None: NAMESPACE, "xsi": XSI}
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LOINC = "2.16.840.1.113883.6.1"
_NAMES = {
    LOINC: "LOINC",
    "2.16.840.1.113883.6.3": "CIM10",
    "2.16.840.1.113883.6.73": "ATC",
    "2.16.840.1.113883.6.96": "SNOMED CT",
    "1.2.250.1.213.2.3.1": "CIS",
    "1.2.250.1.213.2.3.2": "CIP",
}


def made(name: str, *children: Any, **attributes: str) -> Any:
    """An element; children that are None and attributes that are empty are left out.

    A child that is text comes before any element. A character that XML can't hold becomes U+FFFD.
    """
    found = etree.Element(IN + name, nsmap=_NAMESPACES)  # pyright: ignore[reportArgumentType] - the stubs want no default namespace beside others
    for key, value in attributes.items():
        if value:
            found.set(key, legible(value))
    for child in children:
        if isinstance(child, str):
            found.text = legible(child)
        elif child is not None:
            found.append(child)
    return found


def legible(text: str) -> str:
    """The text as XML can hold it."""
    return _NOT_XML.sub("\ufffd", text)


def coded(name: str, code: Code | None, *children: Any) -> Any:
    """A coded element, `nullFlavor` NI without code."""
    if code is None:
        return made(name, *children, nullFlavor="NI")
    return made(
        name,
        *children,
        code=code.code,
        displayName=code.display,
        codeSystem=code.system,
        codeSystemName=_NAMES.get(code.system, ""),
    )


def identified(id_: Id) -> Any:
    """An `id`."""
    return made("id", root=id_.root, extension=id_.extension)


def templates(*roots: str) -> list[Any]:
    """The models that an element follows."""
    return [made("templateId", root=root) for root in roots]


def timed(name: str, text: str) -> Any:
    """A moment from a FHIR date or dateTime, `nullFlavor` UNK for none."""
    return made(name, value=timestamp(text)) if text else made(name, nullFlavor="UNK")


def period(start: str, end: str) -> Any:
    """An `effectiveTime` as interval; an end that is not known is left out."""
    return made("effectiveTime", timed("low", start), timed("high", end) if end else None)


def referring(name: str, id_: str) -> Any:
    """An element whose text is that of the narrative's element `id_`."""
    return made(name, made("reference", value=f"#{id_}"))


def serialised(document: Any) -> bytes:
    """The document in UTF-8 with its declaration."""
    etree.cleanup_namespaces(document, keep_ns_prefixes=["xsi"])
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")
