"""Words as PostgreSQL's full text takes them: French and English stems side by side, made here because a cached stem costs a
tenth of `to_tsvector`. Words of the narrative carry weight A, so that one index serves `_text` and `_content`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"\w+")
_POSITIONS = 16_383  # the highest that a tsvector keeps
_LONGEST_WORD = 100
_STEMMERS = (Stemmer.Stemmer("french"), Stemmer.Stemmer("english"))


@lru_cache(maxsize=131_072)
def stems(word: str) -> tuple[str, ...]:
    """The distinct stems of a folded word."""
    return tuple(dict.fromkeys(stemmer.stemWord(word[:_LONGEST_WORD]) for stemmer in _STEMMERS))


def vector(*, narrative: str, content: str) -> str:
    """The tsvector of two folded texts, in PostgreSQL's notation."""
    places: dict[str, list[str]] = {}
    position = 0
    for text, weight in ((narrative, "A"), (content, "")):
        for word in _WORD.findall(text):
            position = min(position + 1, _POSITIONS)
            for stem in stems(word):
                places.setdefault(stem, []).append(f"{position}{weight}")
    return " ".join(f"'{stem}':{','.join(found)}" for stem, found in places.items())


def question(words: Iterable[str], *, is_phrase: bool, in_narrative: bool) -> str:
    """The tsquery for folded words: all of them, in a row when they are a phrase."""
    weight = ":A" if in_narrative else ""
    alternatives = ["(" + "|".join(f"'{stem}'{weight}" for stem in stems(word)) + ")" for word in words]
    return (" <-> " if is_phrase else " & ").join(alternatives)
