"""What a file is by its first bytes."""

from __future__ import annotations

from typing import Literal, TypeAlias

Signature: TypeAlias = Literal[
    "pdf", "png", "jpeg", "gif", "tiff", "dicom", "zip", "rtf", "ole", "pe", "elf", "mach-o", "script", ""
]

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
_PDF_WITHIN = 1_024


def signature_of(data: bytes) -> Signature:
    """The format that the first bytes tell, empty when they tell none (text, XML, JSON and what is not known).

    A PDF may have up to 1,024 bytes before its header (ISO 32000-1, annex H.3.4.1).
    """
    for first, signature in _FIRST:
        if data.startswith(first):
            return signature
    if data[_PREAMBLE : _PREAMBLE + 4] == b"DICM":
        return "dicom"
    if data.startswith(b"MZ") and b"\x00" in data[:64]:  # a text may start with these letters
        return "pe"
    return "pdf" if b"%PDF-" in data[:_PDF_WITHIN] else ""
