"""The language of a page, and the cookie that keeps it."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import Response

from seve.web.languages import choose, language_of


def asking(**headers: str) -> Request:
    return Request({"type": "http", "headers": [(name.encode(), value.encode()) for name, value in headers.items()]})


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "fr"),
        ({"accept-language": "en-GB,fr"}, "en"),
        ({"accept-language": "de"}, "fr"),
        ({"cookie": "language=en"}, "en"),
        ({"cookie": "__Host-language=fr", "accept-language": "en"}, "fr"),
        ({"cookie": "language=klingon"}, "fr"),
    ],
)
def test_a_page_speaks_the_language_chosen_else_the_browser_s_else_french(
    headers: dict[str, str], language: str
) -> None:
    assert language_of(asking(**headers)) == language


def test_over_https_the_choice_is_bound_to_the_host() -> None:
    response = Response()
    choose(response, "en", is_secure=True)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-language=en; ")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_on_loopback_it_has_no_prefix_that_a_browser_would_refuse() -> None:
    response = Response()
    choose(response, "fr", is_secure=False)
    assert response.headers["set-cookie"].startswith("language=fr; ")
