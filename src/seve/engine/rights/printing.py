"""HTML as PDF, by WeasyPrint (BSD-3). It needs the system's Pango: where that is missing there is no PDF.

A record of a thousand resources takes half a minute of Python: a process of its own prints, so that the server goes on answering.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from typing import Any, Final

_NO_PRINTER: Final = 3


class NoPrinterError(RuntimeError):
    """WeasyPrint doesn't find the libraries that it draws with."""


async def as_pdf(html: str) -> bytes:
    """A PDF of a page that needs nothing from elsewhere. Raises NoPrinterError; RuntimeError with what the process said."""
    command = (sys.executable, "-m", __name__)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        made, said = await process.communicate(html.encode())
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode == _NO_PRINTER:
        raise NoPrinterError
    if process.returncode:
        raise RuntimeError(said.decode(errors="replace"))
    return made


def main() -> int:
    """The page on standard input, the PDF on standard output."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError:
        return _NO_PRINTER
    nothing: Any = URLFetcher(allowed_protocols=())  # nothing is fetched, whatever a record's text points to
    document: Any = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=nothing)
    sys.stdout.buffer.write(document.write_pdf())
    return 0


if __name__ == "__main__":
    sys.exit(main())
