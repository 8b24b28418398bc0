"""From bytes to the ClinicalDocument element, within limits: no DTD, no entity, no network, no stylesheet."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from seve.france.cda.refusals import CdaWrong, wrong

NAMESPACE = "urn:hl7-org:v3"
IN = f"{{{NAMESPACE}}}"
LARGEST_BYTES = 32 * 2**20
DEEPEST = 64
"""Of the national samples, the deepest has 20."""
MOST_ELEMENTS = 50_000
"""The largest has 6,300."""
_ENCODINGS = frozenset((b"UTF-8", b"ASCII", b"US-ASCII", b"ISO-8859-1", b"ISO-8859-15", b"WINDOWS-1252"))
_DECLARED = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})")
_MARK = b"\xef\xbb\xbf"


def document_element(data: bytes) -> Any:
    """The ClinicalDocument, be it the root or inside a stylesheet that presents it. Raises CdaWrong."""
    if not data.strip():
        raise CdaWrong("empty")
    if len(data) > LARGEST_BYTES:
        raise CdaWrong("too_large", limit_mb=LARGEST_BYTES // 2**20)
    if data.count(b"<") > 2 * MOST_ELEMENTS:  # a start and an end each: known before any memory is given to them
        raise CdaWrong("too_many_elements", limit=MOST_ELEMENTS)
    _check_plain(data)
    root = _parsed(data)
    _check_depth(root)
    found = list(root.iter(f"{IN}ClinicalDocument"))
    if not found:
        raise wrong("no_document", root)
    if len(found) > 1:
        raise wrong("several_documents", found[1])
    return found[0]


def _check_plain(data: bytes) -> None:
    """Before anything is parsed: a known encoding, of which every one has ASCII for markup, and therefore surely no DTD."""
    start = data.removeprefix(_MARK).lstrip()
    declared = _DECLARED.match(start)
    if declared and declared[1].upper() not in _ENCODINGS:
        raise CdaWrong("encoding", line=1, encoding=declared[1].decode("ascii", "replace"))
    if b"\x00" in data:
        raise CdaWrong("encoding", line=1, encoding="UTF-16, UTF-32")
    if not start.startswith(b"<"):
        raise CdaWrong("not_xml", line=1, column=1)
    if b"<!DOCTYPE" in data:
        raise CdaWrong("doctype", line=data.count(b"\n", 0, data.find(b"<!DOCTYPE")) + 1)


def _parsed(data: bytes) -> Any:
    """`huge_tree` lets a file of more than 7 MB stand in one text; what it also allows was ruled out before."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise CdaWrong("not_xml", line=line, column=column) from error


def _check_depth(root: Any) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise CdaWrong("too_deep", line=element.sourceline or 0, limit=DEEPEST)
