"""What makes the site an application on a phone: its manifest, its service worker, and the page for when there is no network.

The worker keeps the offline page and the files of `assets`, which are the same for everybody; no page and no data of a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from seve.kernel.texts import text
from seve.web.assets import assets
from seve.web.languages import language_of

if TYPE_CHECKING:
    from seve.web.shell import Shell

_CHECKED = {"cache-control": "no-cache"}


def installing_routes(shell: Shell) -> list[Route]:
    """`/manifest.webmanifest`, `/sw.js` and `/offline`."""

    async def offline(request: Request) -> Response:
        response = await shell.page(request, "offline.html", is_bare=True)
        response.headers["cache-control"] = "no-cache"
        return response

    return [Route("/manifest.webmanifest", _manifest), Route("/sw.js", _worker), Route("/offline", offline)]


async def _manifest(request: Request) -> Response:
    """W3C Web Application Manifest."""
    language = language_of(request)
    icon = assets().url
    content = {
        "name": "Sève",
        "short_name": "Sève",
        "description": text("web.pages.app_about", {}, language),
        "lang": language,
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f5ee",
        "theme_color": "#0f3a2c",
        "icons": [
            {"src": icon("app-icon.svg"), "type": "image/svg+xml", "sizes": "any", "purpose": "any maskable"},
            *({"src": icon(f"app-{n}.png"), "type": "image/png", "sizes": f"{n}x{n}"} for n in (192, 512)),
        ],
    }
    return JSONResponse(content, media_type="application/manifest+json", headers=_CHECKED)


async def _worker(request: Request) -> Response:
    """The script, told which files are those of this version: another version is another script."""
    del request
    found = assets()
    script = found.text("modules/worker.js").replace("{tag}", found.tag)
    return Response(script, media_type="text/javascript", headers=_CHECKED)
