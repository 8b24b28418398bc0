"""From bytes to the ClinicalDocument element, within limits: no DTD, no entity, no network, no stylesheet."""

from __future__ import annotations

from typing import Any

from lxml import etree

from seve.france.cda.refusals import CdaWrong, wrong

NAMESPACE = "urn:hl7-org:v3"
IN = f"{{{NAMESPACE}}}"
LARGEST_BYTES = 32 * 2**20
DEEPEST = 64
"""Of the national samples, the deepest has 20."""
MOST_ELEMENTS = 200_000
_ENCODINGS = frozenset((None, "UTF-8", "ASCII", "US-ASCII", "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252"))


def document_element(data: bytes) -> Any:
    """The ClinicalDocument, be it the root or inside a stylesheet that presents it. Raises CdaWrong."""
    if not data.strip():
        raise CdaWrong("empty")
    if len(data) > LARGEST_BYTES:
        raise CdaWrong("too_large", limit_mb=LARGEST_BYTES // 2**20)
    if data.count(b"<") > 2 * MOST_ELEMENTS:  # a start and an end each: known before any memory is given to them
        raise CdaWrong("too_many_elements", limit=MOST_ELEMENTS)
    root = _parsed(data)
    _check_depth(root)
    found = list(root.iter(f"{IN}ClinicalDocument"))
    if not found:
        raise wrong("no_document", root)
    if len(found) > 1:
        raise wrong("several_documents", found[1])
    return found[0]


def _parsed(data: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise CdaWrong("not_xml", line=line, column=column) from error
    except (ValueError, LookupError) as error:
        raise CdaWrong("not_xml", line=1, column=1) from error
    info: Any = root.getroottree().docinfo  # Any: the stubs lack `doctype`
    if info.doctype or info.internalDTD is not None:
        raise CdaWrong("doctype", line=1)
    if info.encoding is not None and info.encoding.upper() not in _ENCODINGS:
        raise CdaWrong("encoding", line=1, encoding=info.encoding[:40])
    return root


def _check_depth(root: Any) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise CdaWrong("too_deep", line=element.sourceline or 0, limit=DEEPEST)
