"""The language a page speaks: the one chosen, else the browser's, else French."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from seve.kernel.texts import LANGUAGES, Language

_NAME = "language"
_BOUND = f"__Host-{_NAME}"
_SECONDS = 365 * 86_400


def language_of(request: HTTPConnection) -> Language:
    """The language of whoever asks."""
    chosen = request.cookies.get(_BOUND) or request.cookies.get(_NAME)
    if chosen in LANGUAGES:
        return "en" if chosen == "en" else "fr"
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "fr"


def choose(response: Response, language: Language, *, is_secure: bool) -> None:
    """Keeps a choice for a year; over https bound to this very host."""
    response.set_cookie(
        _BOUND if is_secure else _NAME,
        language,
        max_age=_SECONDS,
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
