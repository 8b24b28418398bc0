"""The parts of a search parameter's expression: unions share one expression among types and paths."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"'(?:\\.|[^'\\])*'|`[^`]*`|[()|]|[^()|'`]+")
_HEAD = re.compile(r"[(\s]*([A-Za-z_]\w*)")


def branches(expression: str) -> Iterator[str]:
    """The operands of the union at the top of an expression, in order."""
    depth = 0
    current: list[str] = []
    for token in _TOKEN.findall(expression):
        depth += (token == "(") - (token == ")")  # noqa: S105 (a parenthesis, not a password)
        if token == "|" and depth == 0:  # noqa: S105
            yield "".join(current).strip()
            current = []
        else:
            current.append(token)
    if last := "".join(current).strip():
        yield last


def head(branch: str) -> str:
    """The first name of a branch, behind its parentheses: `Observation` in `(Observation.value as Quantity)`."""
    found = _HEAD.match(branch)
    return found[1] if found else ""
