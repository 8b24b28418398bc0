"""Photographs of codes, read by a process of their own; what is no photograph, or harms who opens it, is refused."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
import zxingcpp
from PIL import Image, ImageFilter

from seve.engine.pictures import PictureRefused, codes_in

INS = "IS010000000000000000000000S1279035121518989S21.2.250.1.213.1.4.10\x1dS3DOMINIQUE\x1dS4PAT-TROIS\x1dS5FS628-03-1979S751215"


def photograph(text: str, *, kind: str = "JPEG", turned: int = 0, blurred: float = 0.0) -> bytes:
    """A code on a sheet, as a camera might see it."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix).to_image(scale=6)
    sheet = Image.new("L", (1200, 900), 235)
    sheet.paste(Image.fromarray(code), (380, 260))
    sheet = sheet.rotate(turned, fillcolor=235).filter(ImageFilter.GaussianBlur(blurred))
    file = io.BytesIO()
    sheet.save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_the_code_of_a_photograph_is_read_with_its_separators(kind: str) -> None:
    assert await codes_in(photograph(INS, kind=kind)) == (INS,)


async def test_a_turned_and_blurred_photograph_is_read_too() -> None:
    assert await codes_in(photograph(INS, turned=17, blurred=1.2)) == (INS,)


async def test_a_photograph_without_a_code_has_none() -> None:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(file, "PNG")
    assert await codes_in(file.getvalue()) == ()


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes and many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_a_picture"),
        (b"%PDF-1.7 nothing", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (photograph(INS)[:2000], "broken"),
        (bomb(50_000, 50_000), "too_many_pixels"),
        (bomb(7_000, 6_000), "too_many_pixels"),
        (b"\x89PNG" + b"0" * (13 * 2**20), "too_large"),
    ],
    ids=["empty", "pdf", "svg", "cut", "bomb", "small bomb", "heavy"],
)
async def test_what_is_no_sound_photograph_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        await codes_in(data)
    assert refused.value.reason == reason
    assert refused.value.issues[0].text("fr") != refused.value.issues[0].key


async def test_a_photograph_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(PictureRefused) as refused:
        await codes_in(photograph(INS), longest_seconds=0.01)
    assert refused.value.reason == "too_long"
