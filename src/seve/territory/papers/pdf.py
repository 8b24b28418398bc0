"""A small PDF (ISO 32000-1) of plain text: one font, as many pages as it takes, no compression, the same bytes each time."""

from __future__ import annotations

from textwrap import wrap

_WIDTH, _LINES = 92, 54


def pdf(title: str, lines: list[str]) -> bytes:
    """A document of the lines, long ones wrapped; characters outside Windows-1252 become question marks."""
    wrapped = [part for line in lines for part in (wrap(line, _WIDTH) or [""])]
    pages = [wrapped[at : at + _LINES] for at in range(0, len(wrapped), _LINES)] or [[]]
    kids = " ".join(f"{5 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (fr-FR) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (" + _escaped(title) + b") /Producer (Seve, territoire de demonstration) >>",
    ]
    for at, page in enumerate(pages):
        content = (
            b"BT /F1 10.5 Tf 14 TL 56 790 Td\n"
            + b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in page)
            + b"ET"
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {6 + 2 * at} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream")
    return _file(objects)


def _escaped(text: str) -> bytes:
    raw = text.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
