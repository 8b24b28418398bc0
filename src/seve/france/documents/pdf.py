"""Whether a PDF is whole, and free of what acts by itself: scripts, launches, files inside, addresses that open with it.

Not a PDF reader: names are looked for in what stands between streams and in the object streams, which are inflated within a bound.
What could hide a name from that (encryption, a filter that is not read) is refused rather than passed. Each pass is linear.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from seve.france.documents.refusals import DocumentRefused, Reason

_STREAM = re.compile(rb"stream[ \t]*(?:\r\n|\r|\n)")
_STREAM_END = b"endstream"
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_END = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF")
_TAIL_BYTES = 2_048
_SECTION = re.compile(rb"\s*(?:xref\b|\d+\s+\d+\s+obj\b)")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/\w+)")
_FIRST = re.compile(rb"/First\s+(\d{1,9})")
_PACKED = re.compile(rb"/ObjStm\b")
_OBJECT = re.compile(rb"\b(\d{1,9})\s+\d{1,5}\s+obj\b")
_MOST_INFLATED = 64 * 2**20
_ANYWHERE: tuple[tuple[re.Pattern[bytes], Reason], ...] = (
    (re.compile(rb"/JavaScript\b"), "pdf_script"),
    (re.compile(rb"/Launch\b"), "pdf_launch"),
    (re.compile(rb"/EmbeddedFiles?\b"), "pdf_embedded"),
    (re.compile(rb"/Encrypt\s*(?:<<|\d)"), "pdf_encrypted"),
)
_SCRIPT = re.compile(rb"/JS\b")
_OPENS = re.compile(rb"/OpenAction\s*(?:(\d{1,9})\s+\d{1,5}\s+R|<<)")
_ADDRESS = re.compile(rb"/S\s*/(?:URI|GoToR|SubmitForm|ImportData)\b")
_ACTION_BYTES = 1_024


class _Stream(NamedTuple):
    """`head` is what stands between the stream before and this one: the dictionary ends it."""

    head: bytes
    start: int
    end: int


def check_pdf(data: bytes) -> None:
    """Raises DocumentRefused: broken, or with what acts by itself."""
    _check_end(data)
    streams = list(_streams(data))
    between = _unescaped(b"".join(_between(data, streams)))
    packed = list(_packed(data, streams))
    if len(_PACKED.findall(between)) > len(packed):
        raise DocumentRefused("pdf_opaque")
    texts = (_unescaped(data), *(_unescaped(text) for text, _ in packed))
    for pattern, reason in _ANYWHERE:
        if any(pattern.search(text) for text in texts):
            raise DocumentRefused(reason)
    if any(_SCRIPT.search(text) for text in (between, *texts[1:])):  # three bytes: pictures have them by chance
        raise DocumentRefused("pdf_script")
    if _opens_address(between, packed):
        raise DocumentRefused("pdf_opens_address")


def _check_end(data: bytes) -> None:
    """The trailer says where the cross-references are, and they are there (ISO 32000-1, 7.5.5)."""
    found = list(_END.finditer(data[-_TAIL_BYTES:]))
    shifts = {0, data.find(b"%PDF-")}
    if not found or not any(_SECTION.match(data, int(found[-1][1]) + shift) for shift in shifts):
        raise DocumentRefused("broken", found="application/pdf")


def _streams(data: bytes) -> Iterator[_Stream]:
    last = 0
    while match := _STREAM.search(data, last):
        head, end = data[last : match.start()], -1
        if head.rstrip().endswith(b">>"):
            end = data.find(_STREAM_END, match.end())
            if end < 0:
                return
            yield _Stream(head, match.end(), end)
        last = match.end() if end < 0 else end + len(_STREAM_END)


def _between(data: bytes, streams: list[_Stream]) -> Iterator[bytes]:
    last = 0
    for stream in streams:
        yield data[last : stream.start]
        last = stream.end
    yield data[last:]


def _packed(data: bytes, streams: list[_Stream]) -> Iterator[tuple[bytes, int]]:
    """The text of each object stream, and where its first object begins."""
    left = _MOST_INFLATED
    for stream in streams:
        head = _unescaped(stream.head[max(0, stream.head.rfind(b"obj")) :])
        if _PACKED.search(head):
            text = _inflated(data[stream.start : stream.end], head, left)
            left -= len(text)
            first = _FIRST.search(head)
            yield text, int(first[1]) if first else 0


def _inflated(raw: bytes, head: bytes, limit: int) -> bytes:
    filters = _FILTER.search(head)
    if filters is None and b"/Filter" not in head:
        return raw
    if filters is None or filters[1].strip(b"[] \r\n\t") != b"/FlateDecode" or b"/DecodeParms" in head or limit <= 0:
        raise DocumentRefused("pdf_opaque")
    inflater = zlib.decompressobj()
    try:
        found = inflater.decompress(raw, limit)
    except zlib.error as error:
        raise DocumentRefused("broken", found="application/pdf") from error
    if inflater.unconsumed_tail:
        raise DocumentRefused("pdf_opaque")
    return found


def _opens_address(between: bytes, packed: list[tuple[bytes, int]]) -> bool:
    named = set[int]()
    for text in (between, *(_unescaped(text) for text, _ in packed)):
        for match in _OPENS.finditer(text):
            if match[1]:
                named.add(int(match[1]))
            elif _ADDRESS.search(text, match.end(), match.end() + _ACTION_BYTES):
                return True
    if not named:
        return False
    return any(
        number in named and _ADDRESS.search(_unescaped(content)) for number, content in _numbered(between, packed)
    )


def _numbered(between: bytes, packed: list[tuple[bytes, int]]) -> Iterator[tuple[int, bytes]]:
    """Every object with its number; one that is defined again comes again."""
    starts = list(_OBJECT.finditer(between))
    ends = [match.start() for match in starts[1:]] + [len(between)]
    for match, end in zip(starts, ends, strict=True):
        yield int(match[1]), between[match.end() : end]
    for text, first in packed:
        numbers = [int(digits) for digits in re.findall(rb"\d{1,9}", text[:first])]
        places = [first + place for place in numbers[1::2]]
        for number, start, end in zip(numbers[::2], places, [*places[1:], len(text)], strict=False):
            yield number, text[start:end]


def _unescaped(text: bytes) -> bytes:
    return _ESCAPED.sub(lambda match: bytes((int(match[1], 16),)), text)
