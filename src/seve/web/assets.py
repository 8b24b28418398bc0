"""Files that are the same for everybody: style, script, icons, typefaces. Their address carries a hash of all of them, so that
browsers keep them for a year and never have an old one beside a new one.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_ROOT = Path(__file__).parent / "static"
_LAYERS = ("tokens", "fonts", "base", "shell", "controls", "content", "kit", "print")
_FONTS = ("vendor/text.woff2", "vendor/headings.woff2")
_PACKED = (".css", ".js", ".svg", ".webmanifest", ".txt")
_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its content, and the same under gzip where that makes it smaller."""

    content: bytes
    packed: bytes | None
    media_type: str

    @classmethod
    def of(cls, name: str, content: bytes) -> Asset:
        """Packed once, at the start."""
        suffix = Path(name).suffix
        packed = gzip.compress(content, 9, mtime=0) if suffix in _PACKED else None
        return cls(content, packed, _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream")


class Assets:
    """The files by their path below `static`; `seve.css` is all layers of style in one, in their order."""

    def __init__(self, root: Path = _ROOT) -> None:
        contents = {str(file.relative_to(root)): file.read_bytes() for file in sorted(_files(root))}
        contents["seve.css"] = b"".join(contents[layer] for layer in _layers(contents))
        self._assets = {name: Asset.of(name, content) for name, content in contents.items()}
        digest = hashlib.sha256()
        for name, content in sorted(contents.items()):
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        self.tag = digest.hexdigest()[:12]

    def __contains__(self, name: str) -> bool:
        return name in self._assets

    def url(self, name: str) -> str:
        """Where a file is. Raises KeyError when there is none: a page that names it is wrong."""
        if name not in self._assets:
            raise KeyError(name)
        return f"/static/{self.tag}/{name}"

    def text(self, name: str) -> str:
        """What a file says. Raises KeyError."""
        return self._assets[name].content.decode()

    def answer(self, name: str, *, tag: str, packed: bool) -> Response | None:
        """The file; None when there is none. Under an earlier tag, from a page made before an update, it is not kept."""
        asset = self._assets.get(name)
        if asset is None:
            return None
        headers = {"cache-control": _FOREVER if tag == self.tag else "no-cache", "vary": "accept-encoding"}
        if packed and asset.packed:
            return Response(asset.packed, media_type=asset.media_type, headers={**headers, "content-encoding": "gzip"})
        return Response(asset.content, media_type=asset.media_type, headers=headers)


@cache
def assets() -> Assets:
    """Those of this process."""
    return Assets()


def static_route() -> Route:
    """`/static/{hash}/…`, to be mounted among the pages."""
    return Route("/static/{tag}/{name:path}", _serve, methods=["GET", "HEAD"])


async def _serve(request: Request) -> Response:
    packed = "gzip" in request.headers.get("accept-encoding", "")
    found = assets().answer(request.path_params["name"], tag=request.path_params["tag"], packed=packed)
    return found or Response("", 404, media_type="text/plain")


def _files(root: Path) -> Iterator[Path]:
    return (file for file in root.rglob("*") if file.is_file())


def _layers(contents: dict[str, bytes]) -> Iterator[str]:
    for layer in _LAYERS:
        if layer != "fonts" or all(name in contents for name in _FONTS):
            yield f"css/{layer}.css"
