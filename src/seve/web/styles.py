"""Style within pages: a sheet of its own would be one more round trip before anything is shown, 150 ms and more on a slow line.

A page that may be packed carries its sheets, each named by its hash in the page's policy (CSP 3, 2.3.1). Any other page names them, and
the browser fetches them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from markupsafe import Markup
from starlette.requests import Request

from seve.web.assets import assets
from seve.web.packing import may_be_packed
from seve.web.security import allow_style, styles_of

_RELATIVE = re.compile(r"""url\((["']?+)(?![a-z]+:|/|#)""")
_END = "</style"
NO_SHEETS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it stands in a page, and its hash as a policy names it."""

    html: Markup
    source: str

    @classmethod
    def of(cls, url: str, content: str) -> Sheet:
        """What is served at `url`, its own addresses made absolute. Raises ValueError when it would end before its end."""
        folder = url.rpartition("/")[0]
        text = _RELATIVE.sub(rf"url(\1{folder}/", content)
        if _END in text.lower():
            raise ValueError(f"{url} holds {_END}")
        digest = base64.b64encode(sha256(text.encode()).digest()).decode()
        return cls(Markup(f"<style>{text}</style>"), f"'sha256-{digest}'")  # noqa: S704 - a file of ours or of an installed solution


class Sheets:
    """Those of a site by their addresses: the one of all pages, and `added` ones of solutions."""

    def __init__(self, added: Mapping[str, str]) -> None:
        contents = {assets().url("seve.css"): assets().text("seve.css"), **added}
        self._sheets = {url: Sheet.of(url, content) for url, content in contents.items()}

    def html(self, request: Request, url: str) -> Markup:
        """The sheet itself, or its name. Raises KeyError when there is none: a page that asks for it is wrong."""
        sheet = self._sheets[url]
        if not may_be_packed(request.scope):
            return Markup('<link rel="stylesheet" href="{}">').format(url)
        allow_style(request.scope, sheet.source)
        return sheet.html


def sheets_of(request: Request) -> Sheets:
    """Those of the site that a request came to."""
    found = getattr(getattr(request.scope.get("app"), "state", None), "sheets", None)
    return found if isinstance(found, Sheets) else _own()


@cache
def _own() -> Sheets:
    return Sheets(NO_SHEETS)


def fetched_first(request: Request) -> dict[str, str]:
    """The header by which a browser asks for script, and style where the page doesn't carry it, before it reads the page that names them
    (RFC 8288; HTML, 4.2.4.4). For a page that was made: only then is it known what it carries.
    """
    style, script = assets().url("seve.css"), assets().url("modules/start.js")
    named = "" if styles_of(request.scope) else f"<{style}>; rel=preload; as=style, "
    return {"link": f"{named}<{script}>; rel=modulepreload"}
