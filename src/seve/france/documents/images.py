"""Whether an image is whole: its structure from the first byte to its end mark, without decoding a pixel."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

from seve.france.documents.kinds import Format

_PNG_HEAD = 8
_SOI, _EOI, _SOS = 0xD8, b"\xff\xd9", 0xDA
_NOT_FRAMES = (0xC4, 0xC8, 0xCC)
_STANDALONE = (0x01, *range(0xD0, 0xD8))
_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES = 273, 279, 324, 325
_TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}


def is_whole_png(data: bytes) -> bool:
    """Chunks with right checksums, IHDR first, some IDAT, IEND (PNG 3, 5)."""
    place, names = _PNG_HEAD, list[bytes]()
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        end = place + 12 + length
        if end > len(data) or zlib.crc32(data[place + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            return False
        names.append(data[place + 4 : place + 8])
        if names[-1] == b"IEND":
            return names[0] == b"IHDR" and b"IDAT" in names
        place = end
    return False


def is_whole_jpeg(data: bytes) -> bool:
    """Segments up to the scan, with a frame among them, and an end mark after it (ITU-T T.81, B.2)."""
    place, has_frame = 2, False
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker in _STANDALONE:
            place += 2
            continue
        if marker == _SOS:
            return has_frame and data.find(_EOI, place) > place
        has_frame = has_frame or (0xC0 <= marker <= 0xCF and marker not in _NOT_FRAMES)
        place += 2 + max(2, int.from_bytes(data[place + 2 : place + 4], "big"))
    return False


def is_whole_gif(data: bytes) -> bool:
    """Blocks up to the trailer, with an image among them (GIF89a, appendix B)."""
    try:
        place, has_image = 13 + _colours(data[10]), False
        while data[place] != 0x3B:
            if data[place] == 0x2C:
                has_image = True
                place = _after_blocks(data, place + 11 + _colours(data[place + 9]))
            elif data[place] == 0x21:
                place = _after_blocks(data, place + 2)
            else:
                return False
    except IndexError:
        return False
    return has_image


def is_whole_tiff(data: bytes) -> bool:
    """A first directory whose entries, and the strips or tiles that they name, lie in the file (TIFF 6.0, 2)."""
    order = "<" if data.startswith(b"II") else ">"
    try:
        (place,) = struct.unpack_from(f"{order}I", data, 4)
        (number,) = struct.unpack_from(f"{order}H", data, place)
        tags = dict(_tiff_entry(data, place + 2 + 12 * index, order) for index in range(number))
    except (struct.error, KeyError, OverflowError, ValueError):
        return False
    starts = tags.get(_STRIPS) or tags.get(_TILES)
    sizes = tags.get(_STRIP_SIZES) or tags.get(_TILE_SIZES)
    if not starts or not sizes or len(starts) != len(sizes):
        return False
    return all(start + size <= len(data) for start, size in zip(starts, sizes, strict=True))


def is_whole_dicom(data: bytes) -> bool:
    """The file meta information with its stated length, and something after it (DICOM PS3.10, 7.1)."""
    if data[132:140] != b"\x02\x00\x00\x00UL\x04\x00" or len(data) < 144:
        return False
    return 144 + int.from_bytes(data[140:144], "little") < len(data)


WHOLE: Mapping[Format, Callable[[bytes], bool]] = MappingProxyType(
    {"png": is_whole_png, "jpeg": is_whole_jpeg, "gif": is_whole_gif, "tiff": is_whole_tiff, "dicom": is_whole_dicom}
)


def _colours(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, place: int) -> int:
    while data[place]:
        place += 1 + data[place]
    return place + 1


def _tiff_entry(data: bytes, place: int, order: str) -> tuple[int, tuple[int, ...]]:
    tag, type_, count = struct.unpack_from(f"{order}HHI", data, place)
    size = _TIFF_SIZES[type_] * count
    at = place + 8 if size <= 4 else struct.unpack_from(f"{order}I", data, place + 8)[0]
    if at + size > len(data):
        raise ValueError
    form = {3: "H", 4: "I"}.get(type_)
    return tag, struct.unpack_from(f"{order}{count}{form}", data, at) if form else ()
