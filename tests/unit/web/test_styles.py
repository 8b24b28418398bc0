"""Style within pages, and the packing of what all pages begin with."""

from __future__ import annotations

import zlib

import pytest
from starlette.requests import Request

from seve.web.packing import gzipped
from seve.web.styles import Sheet, Sheets

WAYS = [(b"accept-encoding", b"gzip"), (b"sec-fetch-site", b"none")]


def request(headers: list[tuple[bytes, bytes]], query: bytes = b"") -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query, "headers": headers})


def test_addresses_of_a_sheet_are_those_it_had_where_it_was_served() -> None:
    text = """a { b: url("x.svg") url('y/z.png') url(q.svg) url("/w.svg") url("data:image/svg+xml,v") url(#u) }"""
    html = Sheet.of("/s/static/one.css", text).html
    assert """url("/s/static/x.svg") url('/s/static/y/z.png') url(/s/static/q.svg)""" in html
    assert """url("/w.svg") url("data:image/svg+xml,v") url(#u)""" in html


def test_a_sheet_that_would_end_within_the_page_is_refused() -> None:
    with pytest.raises(ValueError, match="one"):
        Sheet.of("/s/one.css", 'a::after { content: "</STYLE><p>" }')


def test_a_page_carries_a_sheet_or_names_it_and_asks_for_none_that_is_not_there() -> None:
    sheets = Sheets({"/s/one.css": "a {}"})
    assert sheets.html(request(WAYS), "/s/one.css") == "<style>a {}</style>"
    for named in (request([]), request(WAYS, b"q=1")):
        assert sheets.html(named, "/s/one.css") == '<link rel="stylesheet" href="/s/one.css">'
    with pytest.raises(KeyError):
        sheets.html(request(WAYS), "/s/two.css")


def test_pages_that_begin_alike_are_packed_each_for_itself() -> None:
    begins = b"<style>" + b"a { color: red } " * 500 + b"</style>"
    pages = [begins + rest for rest in (b"<p>one</p>", b"", b"<p>three</p>" * 2_000)]
    pages.append(b"<p>without</p>" * 100)
    for carries_style in (True, True, False):
        packed = [gzipped(page, carries_style=carries_style) for page in pages]
        assert [zlib.decompress(one, wbits=31) for one in packed] == pages
