"""Small files of each format."""

from __future__ import annotations

import io
import zipfile
import zlib

from PIL import Image


def pdf(*objects: bytes, catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF with a table of cross-references; `objects` are numbered from 4."""
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", list[int]()
    for number, content in enumerate((b"<< /Type /Catalog /Pages 2 0 R " + catalog + b">>", *pages, *objects), 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, table)
    return out + b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, trailer, start)


def stream(content: bytes, entries: bytes = b"", *, packed: bool = True) -> bytes:
    raw = zlib.compress(content) if packed else content
    filters = b"/Filter /FlateDecode " if packed else b""
    return b"<< %s%s /Length %d >>\nstream\n%s\nendstream" % (filters, entries, len(raw), raw)


def image(format_: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((40, 30), 60).convert("RGB").save(out, format_)
    return out.getvalue()


def dicom() -> bytes:
    meta = b"\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\x00"
    return bytes(128) + b"DICM" + b"\x02\x00\x00\x00UL\x04\x00" + len(meta).to_bytes(4, "little") + meta + b"\x08\x00"


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


RTF = b"{\\rtf1\\ansi Bonjour}"
TEXT = "Œdème léger".encode()
EVERY: dict[str, bytes] = {
    "application/pdf": pdf(stream(b"BT ET")),
    "image/png": image("PNG"),
    "image/jpeg": image("JPEG"),
    "image/gif": image("GIF"),
    "image/tiff": image("TIFF"),
    "application/dicom": dicom(),
    "text/rtf": RTF,
    "text/plain": TEXT,
}
