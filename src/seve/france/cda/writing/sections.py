"""Sections and their narrative, made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from seve.france.cda.document import Code
from seve.france.cda.writing.making import coded, legible, made, templates

NOTHING_SAID = "Non renseigné"
"""What a document, which is French, says where nothing is known: it does not say that there is nothing."""


def section(
    code: Code,
    title: str,
    text: Any | None = None,
    *,
    models: Iterable[str] = (),
    entries: Iterable[Any] = (),
    inner: Iterable[Any] = (),
) -> Any:
    """A `section`; entries and inner sections in their elements."""
    return made(
        "section",
        *templates(*models),
        coded("code", code),
        made("title", title),
        text,
        *(made("entry", entry) for entry in entries),
        *(made("component", found) for found in inner),
    )


def body(sections: Iterable[Any]) -> Any:
    """The `structuredBody`."""
    return made("structuredBody", *(made("component", found) for found in sections))


def paragraphs(text: str) -> Any:
    """A narrative of plain text: blank lines part paragraphs, ends of lines stay."""
    parts = [part.strip("\n") for part in text.replace("\r\n", "\n").split("\n\n")]
    found = [_paragraph(part) for part in parts if part.strip()]
    return made("text", *(found or [NOTHING_SAID]))


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Any:
    """A narrative table; a cell is a text or an element. Without rows it says that nothing was told."""
    if not rows:
        return made("text", NOTHING_SAID)
    head = made("thead", made("tr", *(made("th", name) for name in heads)))
    lines = (made("tr", *(made("td", cell) for cell in row)) for row in rows)
    return made("text", made("table", head, made("tbody", *lines)))


def named(id_: str, text: str) -> Any:
    """A text that entries refer to."""
    return made("content", text, ID=id_)


def _paragraph(text: str) -> Any:
    first, *others = text.split("\n")
    found = made("paragraph", first)
    for line in others:
        turn = made("br")
        turn.tail = legible(line)
        found.append(turn)
    return found
