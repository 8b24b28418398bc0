"""`_text` and `_content`: words, "several together", AND, OR, NOT, parentheses; a comma is an OR, words side by side an AND."""

from __future__ import annotations

import re
from typing import Literal

from seve.fhir.search.keys import words
from seve.fhir.search.query import And, Criterion, Not, Or, TextMatch
from seve.fhir.search.refusals import WrongFilter
from seve.fhir.search.separation import unescaped

_TOKEN = re.compile(r'\s*("[^"]*"|[(),]|[^\s(),"]+)\s*')
_DEEPEST = 20
_FIELDS: dict[str, Literal["narrative", "content"]] = {"_text": "narrative", "_content": "content"}


def fulltext(code: str, value: str) -> Criterion:
    """The criterion of `_text` or `_content`. Raises WrongFilter."""
    parser = _Parser(code, value)
    found = parser.either(0)
    if parser.rest:
        raise parser.wrong()
    return found


class _Parser:
    """Recursive descent; the tokens that are left stand in reverse."""

    def __init__(self, code: str, value: str) -> None:
        self._code = code
        self._value = value
        self.rest: list[str] = []
        position = 0
        while position < len(value):
            token = _TOKEN.match(value, position)
            if token is None:
                raise WrongFilter(parameter=code, value=value, position=position + 1)
            self.rest.append(token[1])
            position = token.end()
        self.rest.reverse()

    def wrong(self) -> WrongFilter:
        """The refusal of what is left."""
        left = sum(map(len, self.rest))
        return WrongFilter(parameter=self._code, value=self._value, position=max(1, len(self._value) - left + 1))

    def either(self, depth: int) -> Criterion:
        if depth > _DEEPEST:
            raise self.wrong()
        found = [self._all(depth)]
        while self._accepts("or", ","):
            found.append(self._all(depth))
        return found[0] if len(found) == 1 else Or(tuple(found))

    def _all(self, depth: int) -> Criterion:
        found = [self._single(depth)]
        while self.rest and not self._at("or", ",", ")"):
            self._accepts("and")
            found.append(self._single(depth))
        return found[0] if len(found) == 1 else And(tuple(found))

    def _single(self, depth: int) -> Criterion:
        if self._accepts("not"):
            if depth > _DEEPEST:
                raise self.wrong()
            return Not(self._single(depth + 1))
        if self._accepts("("):
            found = self.either(depth + 1)
            if not self._accepts(")"):
                raise self.wrong()
            return found
        return self._words()

    def _words(self) -> Criterion:
        if not self.rest or self._at("and", "or", ",", ")"):
            raise self.wrong()
        token = self.rest.pop()
        found = tuple(words(unescaped(token)))
        if not found:
            raise self.wrong()
        return TextMatch(f"{self._code}={self._value}", _FIELDS[self._code], found)

    def _at(self, *tokens: str) -> bool:
        return bool(self.rest) and self.rest[-1].lower() in tokens

    def _accepts(self, *tokens: str) -> bool:
        if not self._at(*tokens):
            return False
        self.rest.pop()
        return True
