"""The rules for narrative XHTML (FHIR R4, 2.4.1): a subset of XHTML 1.0, no script, no form, something to read.

The parser neither reads entities beyond those of XML, nor the network, nor huge trees.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Any

from lxml import etree

XHTML = "http://www.w3.org/1999/xhtml"
_ELEMENTS = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "big",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "q",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "ul",
        "var",
        "bdo",
        "address",
        "kbd",
        "map",
        "area",
    ]
)
_TAGS = frozenset(f"{{{XHTML}}}{name}" for name in _ELEMENTS)
_ATTRIBUTES = frozenset(
    [
        "title",
        "style",
        "class",
        "id",
        "lang",
        "dir",
        "accesskey",
        "tabindex",
        "span",
        "width",
        "align",
        "valign",
        "char",
        "charoff",
        "abbr",
        "axis",
        "headers",
        "scope",
        "rowspan",
        "colspan",
        "border",
        "frame",
        "rules",
        "cellspacing",
        "cellpadding",
        "summary",
        "start",
        "type",
        "value",
        "compact",
        "cite",
        "datetime",
        "alt",
        "name",
        "href",
        "src",
        "height",
        "hspace",
        "vspace",
        "longdesc",
        "usemap",
        "ismap",
        "shape",
        "coords",
        "nohref",
        "rel",
        "rev",
        "charset",
        "hreflang",
        "color",
        "bgcolor",
        "nowrap",
        "size",
        "face",
        "clear",
        "noshade",
    ]
)
_XML_ATTRIBUTES = frozenset(
    ("{http://www.w3.org/XML/1998/namespace}lang", "{http://www.w3.org/XML/1998/namespace}space")
)
_ADDRESSES = frozenset(("href", "src", "cite", "longdesc"))
_SCRIPT = re.compile(r"\s*(javascript|vbscript|data:text)", re.IGNORECASE)
_STYLE_WITH_CODE = re.compile(r"expression\s*\(|javascript:|@import|behavior\s*:", re.IGNORECASE)
_NAMED_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*);")


@lru_cache(maxsize=8)  # txt-1 and txt-2 ask for the same text one after the other
def is_narrative(text: object) -> bool:
    """Whether a `div` obeys: well-formed XHTML, allowed elements and attributes only, and not blank (txt-1, txt-2)."""
    root = parse_narrative(text) if isinstance(text, str) else None
    if root is None or root.tag != f"{{{XHTML}}}div":
        return False
    return all(_is_allowed(element) for element in root.iter()) and _is_readable(root)


def parse_narrative(text: str) -> Any | None:
    """The element tree of a `div`, None when it isn't well-formed. XHTML's named entities (`&nbsp;`) are known."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(_NAMED_ENTITY.sub(_character, text).encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if root.getroottree().docinfo.internalDTD is None else None


def _character(match: re.Match[str]) -> str:
    found = html.unescape(match.group())
    return match.group() if found == match.group() else f"&#{ord(found[0])};"


def _is_allowed(element: Any) -> bool:
    if element.tag not in _TAGS:
        return element.tag is etree.Comment
    return all(_is_allowed_attribute(key, value) for key, value in element.items())


def _is_allowed_attribute(name: str, value: str) -> bool:
    if name not in _ATTRIBUTES:
        return name in _XML_ATTRIBUTES
    if name in _ADDRESSES:
        return _SCRIPT.match(value) is None
    return name != "style" or _STYLE_WITH_CODE.search(value) is None


def _is_readable(root: Any) -> bool:
    has_image = next(root.iter(f"{{{XHTML}}}img"), None) is not None
    return has_image or any(text.strip() for text in root.itertext(with_tail=True))
