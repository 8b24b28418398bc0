"""Words as PostgreSQL's full text takes them: French and English stems side by side, made here because a cached stem costs a
tenth of `to_tsvector`. A word of the narrative stands twice, once marked, so that one index serves `_text` and `_content`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import Stemmer

from seve.fhir.search.keys import fold

_WORD = re.compile(r"\w+")
_LONGEST_WORD = 100
_LONGEST_CACHED = 100
_NARRATIVE = "~"
_STEMMERS = (Stemmer.Stemmer("french"), Stemmer.Stemmer("english"))


@lru_cache(maxsize=131_072)
def stems(word: str) -> frozenset[str]:
    """The stems of a folded word."""
    return frozenset(stemmer.stemWord(word[:_LONGEST_WORD]) for stemmer in _STEMMERS)


def vector(*, narrative: str, texts: Iterable[str]) -> str:
    """The tsvector of a resource's texts, in PostgreSQL's notation."""
    found = lexemes(narrative=narrative, texts=texts)
    return "'" + "' '".join(found) + "'" if found else ""


def lexemes(*, narrative: str, texts: Iterable[str]) -> set[str]:
    """The distinct stems of a resource's texts; those of its narrative also with their mark."""
    found = set[str]().union(*[_cached(text) if len(text) <= _LONGEST_CACHED else _stems_of(text) for text in texts])
    if narrative:
        told = _stems_of(narrative)
        found |= told
        found |= {_NARRATIVE + stem for stem in told}
    return found


def question(words: Iterable[str], *, in_narrative: bool) -> str:
    """The tsquery for folded words, all of them."""
    mark = _NARRATIVE if in_narrative else ""
    return " & ".join("(" + "|".join(f"'{mark}{stem}'" for stem in sorted(stems(word))) + ")" for word in words)


def _stems_of(text: str) -> frozenset[str]:
    return frozenset().union(*map(stems, _WORD.findall(fold(text))))


_cached = lru_cache(maxsize=65_536)(_stems_of)
