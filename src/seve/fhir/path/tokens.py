"""From text to tokens (FHIRPath N1, appendix B: the grammar's lexical rules)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from seve.fhir.path.errors import ExpressionTooLargeError, FHIRPathSyntaxError

MAXIMUM_LENGTH = 65_536
Kind: TypeAlias = Literal["name", "quoted", "string", "date", "time", "number", "long", "variable", "symbol", "end"]

_TOKEN = re.compile(
    r"""(?P<space>(?:\s|//[^\r\n]*|/\*(?s:.*?)\*/)+)
    |(?P<time>@T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)
    |(?P<date>@\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)
    |(?P<long>\d+L)(?!\w)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<variable>%(?:[A-Za-z_][\w-]*|`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\])*'))
    |(?P<name>[A-Za-z_$][A-Za-z0-9_]*)
    |(?P<quoted>`(?:\\.|[^`\\])*`)
    |(?P<string>'(?:\\.|[^'\\])*')
    |(?P<symbol>!=|!~|<=|>=|[][(){}.,=~<>|+\-&*/])""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.|$)", re.DOTALL)
_ESCAPED = {"f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, its text without quotes and with escapes resolved, and where it begins."""

    kind: Kind
    text: str
    at: int


def tokens(source: str) -> list[Token]:
    """All tokens, the last of kind `end`. Raises FHIRPathSyntaxError at a character that begins none."""
    if len(source) > MAXIMUM_LENGTH:
        raise ExpressionTooLargeError(limit=MAXIMUM_LENGTH).located(source, 0)
    found: list[Token] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise FHIRPathSyntaxError(token=source[position]).located(source, position)
        kind = match.lastgroup
        if kind != "space":
            found.append(_token(kind, match.group(), at=position))
        position = match.end()
    found.append(Token("end", "", len(source)))
    return found


def _token(kind: str | None, text: str, *, at: int) -> Token:
    match kind:
        case "string" | "quoted":
            return Token(kind, _unescaped(text[1:-1]), at)
        case "variable":
            name = text[1:]
            return Token(kind, _unescaped(name[1:-1]) if name[0] in "`'" else name, at)
        case "long":
            return Token(kind, text[:-1], at)
        case "date" | "time" | "number" | "name" | "symbol":
            return Token(kind, text, at)
        case _:
            raise AssertionError(kind)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    # Two escapes may be the surrogates of one character; one alone is none.
    return _ESCAPE.sub(_replacement, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _replacement(match: re.Match[str]) -> str:
    escaped = match.group(1)
    if len(escaped) == 5:
        return chr(int(escaped[1:], 16))
    return _ESCAPED.get(escaped, escaped)
