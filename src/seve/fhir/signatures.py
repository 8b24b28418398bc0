"""What a file is by its first bytes, and the media types that say the same."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, TypeAlias

Signature: TypeAlias = Literal[
    "pdf", "png", "jpeg", "gif", "tiff", "dicom", "zip", "rtf", "ole", "pe", "elf", "mach-o", "script", ""
]

MEDIA_TYPES: MappingProxyType[str, Signature] = MappingProxyType(
    {
        "application/pdf": "pdf",
        "image/png": "png",
        "image/jpeg": "jpeg",
        "image/jpg": "jpeg",
        "image/gif": "gif",
        "image/tiff": "tiff",
        "application/dicom": "dicom",
        "application/zip": "zip",
        "application/rtf": "rtf",
        "text/rtf": "rtf",
    }
)
"""The media types that first bytes confirm or belie."""

_PREAMBLE = 128
_FIRST: tuple[tuple[bytes, Signature], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"{\\rtf", "rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x7fELF", "elf"),
    (b"\xfe\xed\xfa\xce", "mach-o"),
    (b"\xfe\xed\xfa\xcf", "mach-o"),
    (b"\xce\xfa\xed\xfe", "mach-o"),
    (b"\xcf\xfa\xed\xfe", "mach-o"),
    (b"\xca\xfe\xba\xbe", "mach-o"),
    (b"#!", "script"),
    (b"\xef\xbb\xbf#!", "script"),
)
_BLANK = b"\xef\xbb\xbf \t\r\n"


def media_type_of(told: str) -> str:
    """A media type without its parameters, in lower case: `text/plain; charset=utf-8` is text/plain."""
    return told.partition(";")[0].strip().lower()


def signature_of(data: bytes) -> Signature:
    """The format that the first bytes tell, empty when they tell none (text, XML, JSON and what is not known)."""
    for first, signature in _FIRST:
        if data.startswith(first):
            return signature
    if data[_PREAMBLE : _PREAMBLE + 4] == b"DICM":
        return "dicom"
    if data.startswith(b"MZ") and b"\x00" in data[:64]:  # a text may start with these letters
        return "pe"
    return "pdf" if data[:64].lstrip(_BLANK).startswith(b"%PDF-") else ""
