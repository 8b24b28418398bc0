"""HTML as PDF, by WeasyPrint (BSD-3). It needs the system's Pango: where that is missing there is no PDF."""

from __future__ import annotations

import asyncio
from typing import Any


class NoPrinterError(RuntimeError):
    """WeasyPrint doesn't find the libraries that it draws with."""


async def as_pdf(html: str) -> bytes:
    """A PDF of a page that needs nothing from elsewhere; made in a thread. Raises NoPrinterError."""
    return await asyncio.to_thread(_print, html)


def _print(html: str) -> bytes:
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise NoPrinterError from error
    nothing: Any = URLFetcher(allowed_protocols=())  # nothing is fetched, whatever a record's text points to
    document: Any = HTML(string=html, url_fetcher=nothing)
    made: bytes = document.write_pdf()
    return made
