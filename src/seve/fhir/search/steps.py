"""The subset of FHIRPath in which search parameters are written, parsed to steps. The rest is left to the general engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Field:
    """`.name`: the children with a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """`[0]`: one item."""

    position: int


@dataclass(frozen=True, slots=True)
class As:
    """`as T`, `.as(T)`, `.ofType(T)`: the items of a type."""

    type: str


@dataclass(frozen=True, slots=True)
class Resolves:
    """`.where(resolve() is T)`: the references to a type."""

    type: str


@dataclass(frozen=True, slots=True)
class Equals:
    """`.where(name = 'text')`: the items whose child has this text."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class HasExtension:
    """`.where(hasExtension('url'))`: the items that have an extension with a url."""

    url: str


@dataclass(frozen=True, slots=True)
class Extension:
    """`.extension('url')`: the extensions with a url."""

    url: str


@dataclass(frozen=True, slots=True)
class FromResource:
    """`%resource`: back to the resource, in the expression of a composite's component."""


@dataclass(frozen=True, slots=True)
class NotFalse:
    """`x.exists() and x != false`, with x the path before: whether there is a value and it isn't false."""


Step: TypeAlias = Field | Index | As | Resolves | Equals | HasExtension | Extension | FromResource | NotFalse


class Unsupported(Exception):  # noqa: N818 (not an error: the general engine takes over)
    """The expression is outside the subset."""


_TOKEN = re.compile(r"\s*('(?:\\.|[^'\\])*'|%?[A-Za-z_]\w*|`[^`]+`|\d+|!=|[().\[\]=])")
_NOT_FALSE = re.compile(r"(?P<path>[\w.]+)\.exists\(\) and (?P=path) != false")


def steps(branch: str) -> tuple[Step, ...]:
    """The steps of one branch of a union, the name of the type at its beginning left out.

    Raises Unsupported.
    """
    if found := _NOT_FALSE.fullmatch(branch):
        return (*steps(found["path"]), NotFalse())
    parser = _Parser(_tokens(branch))
    result = parser.path()
    if parser.rest:
        raise Unsupported(branch)
    first = result[0] if result else None
    is_type = isinstance(first, Field) and first.name[:1].isupper()
    return result[1:] if is_type else result


def _tokens(branch: str) -> list[str]:
    found: list[str] = []
    position = 0
    text = branch.strip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise Unsupported(branch)
        found.append(token[1])
        position = token.end()
    return found


class _Parser:
    """Recursive descent over the tokens that are left, which stand in reverse."""

    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens[::-1]

    def path(self) -> tuple[Step, ...]:
        found = self._start()
        while self.rest:
            if self._accepts("."):
                found = (*found, self._step())
            elif self._accepts("["):
                found = (*found, Index(int(self._next())))
                self._expect("]")
            elif self._accepts("as"):
                found = (*found, As(self._name()))
            else:
                break
        return found

    def _start(self) -> tuple[Step, ...]:
        if self._accepts("("):
            inner = self.path()
            self._expect(")")
            return inner
        return (FromResource(),) if self._accepts("%resource") else (self._step(),)

    def _step(self) -> Step:
        name = self._name()
        if not self._accepts("("):
            return Field(name)
        step = self._call(name)
        self._expect(")")
        return step

    def _call(self, name: str) -> Step:
        if name in ("as", "ofType"):
            return As(self._name())
        if name == "extension":
            return Extension(self._text())
        if name == "where":
            return self._condition()
        raise Unsupported(name)

    def _condition(self) -> Step:
        name = self._name()
        if name == "resolve":
            self._expect("(")
            self._expect(")")
            self._expect("is")
            return Resolves(self._name())
        if name == "hasExtension":
            self._expect("(")
            url = self._text()
            self._expect(")")
            return HasExtension(url)
        self._expect("=")
        return Equals(name, self._text())

    def _name(self) -> str:
        token = self._next().strip("`")
        if not token.isidentifier():
            raise Unsupported(token)
        return token

    def _text(self) -> str:
        token = self._next()
        if not token.startswith("'") or "\\" in token:
            raise Unsupported(token)
        return token[1:-1]

    def _next(self) -> str:
        if not self.rest:
            raise Unsupported
        return self.rest.pop()

    def _accepts(self, token: str) -> bool:
        if self.rest and self.rest[-1] == token:
            self.rest.pop()
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._accepts(token):
            raise Unsupported(token)
