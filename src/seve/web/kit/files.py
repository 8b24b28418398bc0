"""A file as it is shown before anybody opens it."""

from __future__ import annotations

from dataclasses import dataclass

from seve.kernel.texts import Language

_UNITS: dict[Language, tuple[str, ...]] = {"fr": ("octets", "ko", "Mo", "Go"), "en": ("bytes", "kB", "MB", "GB")}


@dataclass(frozen=True, slots=True)
class Preview:
    """`link` answers with the file. What can be shown within a page is: images, and documents that say they may be framed
    (`document_policy`); others are offered for download.
    """

    name: str
    media_type: str
    size_bytes: int
    link: str
    alternative: str = ""

    @property
    def way(self) -> str:
        """“image”, “frame” or “download”."""
        if self.media_type in {"image/png", "image/jpeg", "image/svg+xml", "image/webp"}:
            return "image"
        return "frame" if self.media_type in {"text/html", "text/plain"} else "download"

    def size(self, language: Language) -> str:
        """In the largest unit that leaves a whole number, of 1,000."""
        count, unit = self.size_bytes, 0
        while count >= 1_000 and unit < 3:
            count, unit = round(count / 1_000), unit + 1
        return f"{count} {_UNITS[language][unit]}"


def document_policy() -> str:
    """The content security policy of a document that our own pages may frame: it runs nothing, loads nothing, and is of no origin."""
    return "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
