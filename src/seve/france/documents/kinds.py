"""Which format a file has, by its bytes: first those that tell it, then its text."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeGuard, cast

from lxml import etree

from seve.fhir.signatures import MEDIA_TYPES, signature_of

Format: TypeAlias = Literal[
    "pdf", "png", "jpeg", "gif", "tiff", "dicom", "zip", "rtf", "text", "xml", "cda", "json", "html", "svg"
]
Harmful: TypeAlias = Literal["ole", "pe", "elf", "mach-o", "script"]

ACCEPTED: frozenset[Format] = frozenset(("pdf", "png", "jpeg", "gif", "tiff", "dicom", "rtf", "text", "cda"))
"""What is taken unless told otherwise: of JDV_MediaType_ObservationMedia_CISIS (1.2.250.1.213.1.1.5.503), what is neither
active (HTML), nor sound, nor of an office; XML is CDA."""

MEDIA_TYPE_OF: MappingProxyType[Format, str] = MappingProxyType(
    {
        "pdf": "application/pdf",
        "png": "image/png",
        "jpeg": "image/jpeg",
        "gif": "image/gif",
        "tiff": "image/tiff",
        "dicom": "application/dicom",
        "zip": "application/zip",
        "rtf": "text/rtf",
        "text": "text/plain",
        "xml": "text/xml",
        "cda": "text/xml",
        "json": "application/json",
        "html": "text/html",
        "svg": "image/svg+xml",
    }
)

_TEXTUAL: MappingProxyType[str, tuple[Format, ...]] = MappingProxyType(
    {
        "text/plain": ("text", "json"),
        "text/xml": ("xml", "cda"),
        "application/xml": ("xml", "cda"),
        "application/cda+xml": ("cda",),
        "application/hl7-cda+xml": ("cda",),
        "application/json": ("json",),
        "application/fhir+json": ("json",),
        "application/fhir+xml": ("xml",),
        "text/html": ("html",),
        "application/xhtml+xml": ("html",),
        "image/svg+xml": ("svg",),
    }
)
_EXTENSIONS: MappingProxyType[str, tuple[Format, ...]] = MappingProxyType(
    {
        "pdf": ("pdf",),
        "png": ("png",),
        "jpg": ("jpeg",),
        "jpeg": ("jpeg",),
        "gif": ("gif",),
        "tif": ("tiff",),
        "tiff": ("tiff",),
        "dcm": ("dicom",),
        "zip": ("zip",),
        "rtf": ("rtf",),
        "txt": ("text", "json"),
        "xml": ("xml", "cda"),
        "json": ("json",),
        **dict.fromkeys(
            ("html", "htm", "svg", "exe", "dll", "com", "scr", "bat", "cmd", "ps1", "vbs", "js", "jar"), ()
        ),
    }
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|style|object|embed|form|img|meta|link|base|title)\b",
    re.IGNORECASE,
)
_SVG = re.compile(rb"<(?:!doctype\s+svg|svg)\b", re.IGNORECASE)
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_HEAD_BYTES = 4_096
_CDA = "{urn:hl7-org:v3}ClinicalDocument"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is: its format, the media type to serve it by, and the encoding of a text."""

    format: Format
    media_type: str
    charset: str = ""


def formats_of(media_type: str) -> tuple[Format, ...] | None:
    """The formats that a media type stands for; None when it is not known."""
    signature = MEDIA_TYPES.get(media_type)
    return (cast("Format", signature),) if signature else _TEXTUAL.get(media_type)


def formats_named(name: str) -> tuple[Format, ...] | None:
    """The formats that the extension of a file name stands for; None when it is not known, empty when none is taken."""
    _, dot, extension = name.rpartition(".")
    return _EXTENSIONS.get(extension.strip().lower()) if dot else None


def recognised(data: bytes) -> Format | Harmful | None:
    """The format, None for bytes that tell none and are no text."""
    signature = signature_of(data)
    if signature:
        return signature
    return textual(data) if charset_of(data) else None


def is_format(found: Format | Harmful | None) -> TypeGuard[Format]:
    """Whether it is the format of a document."""
    return found in MEDIA_TYPE_OF


def textual(data: bytes) -> Format:
    """The format of a text: markup that acts before markup that doesn't."""
    head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    first = _first_element(head)
    if _SVG.match(first):
        return "svg"
    if _HTML.match(first):
        return "html"
    if head.startswith(b"<"):
        return _markup(data, is_declared=head.startswith(b"<?xml"))
    return "json" if head[:1] in (b"{", b"[") and _is_json(data) else "text"


def _first_element(head: bytes) -> bytes:
    """What follows the comments and instructions at the beginning."""
    for start, end in ((b"<!--", b"-->"), (b"<?", b"?>")) * 8:
        while head.startswith(start) and end in head:
            head = head.partition(end)[2].lstrip()
    return head


def charset_of(data: bytes) -> str:
    """utf-8 or windows-1252 (of which ISO-8859-1 is a part), empty for what is no text."""
    if _CONTROLS.search(data):
        return ""
    for charset in ("utf-8", "windows-1252"):
        try:
            data.decode(charset)
        except UnicodeDecodeError:
            continue
        return charset
    return ""


def _markup(data: bytes, *, is_declared: bool) -> Format:
    """By the root, which is read alone; what is no XML but says so is XML that is broken."""
    events = etree.iterparse(io.BytesIO(data), events=("start",), resolve_entities=False, no_network=True)
    try:
        _, root = next(iter(events))
    except (etree.XMLSyntaxError, StopIteration, ValueError, LookupError):
        return "xml" if is_declared else "text"
    name = etree.QName(root)
    if name.namespace == "http://www.w3.org/1999/xhtml" or name.localname.lower() == "html":
        return "html"
    if name.localname.lower() == "svg":
        return "svg"
    is_presented = name.localname in ("stylesheet", "transform") and b"ClinicalDocument" in data
    return "cda" if root.tag == _CDA or is_presented else "xml"


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
