r"""Separators in search values and how they are escaped: `\,` `\|` `\$` `\\` (R4, 3.1.1.4.0)."""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\\([,|$\\])")
_SPECIAL = re.compile(r"[,|$\\]")


def separated(text: str, separator: str) -> list[str]:
    """The pieces of a text between separators that aren't escaped; escapes stay in the pieces."""
    if separator not in text:
        return [text]
    if "\\" not in text:
        return text.split(separator)
    pieces = [""]
    for piece in re.findall(r"\\.|[^\\]|\\\Z", text, re.DOTALL):
        if piece == separator:
            pieces.append("")
        else:
            pieces[-1] += piece
    return pieces


def unescaped(text: str) -> str:
    """A piece as it was meant."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def escaped(text: str) -> str:
    """A text as one value of a search parameter."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)
