"""Which representation is written: `_format` first, then Accept (R4, 3.1.0.1.11)."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias

from seve.kernel.texts import Language
from seve.rest.refusals import NotAcceptable

Format: TypeAlias = Literal["json", "xml"]

MEDIA_TYPES: dict[Format, str] = {"json": "application/fhir+json", "xml": "application/fhir+xml"}
_NAMES: dict[str, Format] = {
    "json": "json",
    "application/json": "json",
    "application/fhir+json": "json",
    "text/json": "json",
    "xml": "xml",
    "application/xml": "xml",
    "application/fhir+xml": "xml",
    "text/xml": "xml",
    "*/*": "json",
    "application/*": "json",
    "text/html": "json",
}


@lru_cache(maxsize=256)
def representation(format_: str | None, accept: str) -> Format:
    """The format to write. Raises NotAcceptable."""
    if format_ is not None:
        name = format_.split(";")[0].strip().replace(" ", "+").lower()
        if name not in _NAMES:
            raise NotAcceptable(asked=format_[:100], expression="http._format")
        return _NAMES[name]
    if not accept.strip():
        return "json"
    for name in _ranked(accept):
        if name in _NAMES:
            return _NAMES[name]
    raise NotAcceptable(asked=accept[:200])


@lru_cache(maxsize=256)
def language(accept_language: str) -> Language:
    """French when it is asked for before English, else English: the API's default is that of the standard's own texts."""
    for tag in _ranked(accept_language):
        if tag.startswith("fr"):
            return "fr"
        if tag.startswith("en"):
            return "en"
    return "en"


def _ranked(header: str) -> list[str]:
    """The values of a header by their quality, the refused ones (`q=0`) left out."""
    weighed: list[tuple[float, int, str]] = []
    for position, part in enumerate(header.split(",")):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        if name and weight > 0:
            weighed.append((-weight, position, name.lower()))
    return [name for _, _, name in sorted(weighed)]
