"""How a visitor wants pages to look: light, dark or as their device says; roomy or dense. Kept in a cookie by a plain form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

Theme: TypeAlias = Literal["auto", "light", "dark"]
Density: TypeAlias = Literal["roomy", "dense"]
_THEMES: dict[str, Theme] = {"auto": "auto", "light": "light", "dark": "dark"}
_DENSITIES: dict[str, Density] = {"roomy": "roomy", "dense": "dense"}
_NAME = "look"
_BOUND = f"__Host-{_NAME}"
_SECONDS = 365 * 86_400
_MOST_BYTES = 1_024


@dataclass(frozen=True, slots=True)
class Look:
    """`density` None leaves it to the audience."""

    theme: Theme = "auto"
    density: Density | None = None

    @property
    def written(self) -> str:
        """As the cookie has it."""
        return f"{self.theme}.{self.density or ''}"

    def changed(self, *, theme: str = "", density: str = "") -> Look:
        """With what was chosen; what is no choice changes nothing."""
        return Look(
            _THEMES.get(theme, self.theme),
            _DENSITIES.get(density) or self.density,
        )


def look_of(request: Request) -> Look:
    """The look that the visitor chose."""
    theme, _, density = (request.cookies.get(_BOUND) or request.cookies.get(_NAME, "")).partition(".")
    return Look().changed(theme=theme, density=density)


async def choose_look(request: Request, *, is_secure: bool) -> Response:
    """Keeps a choice for a year, over https bound to this very host, and goes back to the page where it was made. It says nothing
    of a person: no token is asked.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk[: _MOST_BYTES - len(body)]
    fields = parse_qs(body.decode("ascii", "ignore"))
    look = look_of(request).changed(theme=fields.get("theme", [""])[0], density=fields.get("density", [""])[0])
    response = RedirectResponse(came_from(request), 303, {"cache-control": "no-store"})
    response.set_cookie(
        _BOUND if is_secure else _NAME,
        look.written,
        max_age=_SECONDS,
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
    return response


def came_from(request: Request) -> str:
    """The path of ours that a visitor comes from, else the first page."""
    back = urlsplit(request.headers.get("referer", "/"))
    here = f"{back.path or '/'}{'?' + back.query if back.query else ''}"
    return here if here.startswith("/") and not here.startswith(("//", "/\\")) else "/"
