"""What somebody asks the register for, and which tools match: case, accents and a slip in a word are forgiven."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Final

from seve.fhir.search.keys import fold
from seve.solutions.tool_register.model.codes import FUNCTIONS, PROOFS
from seve.solutions.tool_register.model.tools import Tool

PRICES: Final = ("0", "10", "30", "50", "100")
SORTS: Final = ("name", "price", "checked")
_ALIKE: Final = 0.8
_SHORTEST_ALIKE: Final = 4
_MOST_CHARACTERS: Final = 120
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields as they were typed. `function` and `price` are "" for any; `proofs` are those that must hold; `is_recent`: checked
    within a year; `has_withdrawn`: what was taken out of the register too.
    """

    text: str = ""
    function: str = ""
    price: str = ""
    proofs: tuple[str, ...] = ()
    is_recent: bool = False
    has_withdrawn: bool = False
    sort: str = "name"

    @property
    def query(self) -> list[tuple[str, str]]:
        """As the parameters of an address, without what is empty."""
        fields = (
            ("q", self.text), ("function", self.function), ("price", self.price), ("recent", "1" if self.is_recent else ""),
            ("withdrawn", "1" if self.has_withdrawn else ""), ("sort", "" if self.sort == "name" else self.sort),
        )  # fmt: skip
        return [(name, value) for name, value in fields if value] + [(f"proof-{one}", "1") for one in self.proofs]


def asked(query: Mapping[str, str]) -> Asked:
    """From the fields. What no list offers is left out rather than searched for in vain."""
    return Asked(
        text=" ".join(query.get("q", "").split())[:_MOST_CHARACTERS],
        function=_of(query, "function", FUNCTIONS),
        price=_of(query, "price", PRICES),
        proofs=tuple(one for one in PROOFS if query.get(f"proof-{one}")),
        is_recent=bool(query.get("recent")),
        has_withdrawn=bool(query.get("withdrawn")),
        sort=_of(query, "sort", SORTS) or "name",
    )


def found(tools: Iterable[Tool], one: Asked, *, today: date, words: Callable[[str], str]) -> list[Tool]:
    """Those that match, sorted. `words` names a function (`video`) as people read it."""
    kept = [tool for tool in tools if _passes(tool, one, today) and _says(tool, one.text, words)]
    return sorted(kept, key=lambda tool: _order(tool, one.sort))


def _passes(tool: Tool, one: Asked, today: date) -> bool:
    held = {proof.code for proof in tool.held(today)}
    return (
        (tool.state == "published" or (one.has_withdrawn and tool.state == "withdrawn"))
        and (not one.function or one.function in tool.functions)
        and held.issuperset(one.proofs)
        and _costs(tool, one.price)
        and (not one.is_recent or tool.is_recent(today))
    )


def _costs(tool: Tool, most: str) -> bool:
    return not most or (tool.price is not None and tool.price <= Decimal(most))


def _says(tool: Tool, text: str, words: Callable[[str], str]) -> bool:
    """Each word stands in what the tool says of itself, or is nearly a word of it."""
    said = fold(" ".join((tool.name, tool.maker, tool.about, *map(words, tool.functions))))
    there = _WORD.findall(said)
    return all(word in said or _is_alike(word, there) for word in _WORD.findall(fold(text)))


def _is_alike(word: str, there: Iterable[str]) -> bool:
    if len(word) < _SHORTEST_ALIKE:
        return False
    matcher = SequenceMatcher(None, "", word)  # which remembers the second word, not the first
    for one in there:
        matcher.set_seq1(one)
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE:
            return True
    return False


def _order(tool: Tool, sort: str) -> tuple[object, ...]:
    name = fold(tool.name)
    if sort == "price":
        return tool.price is None, tool.price or Decimal(0), name
    if sort == "checked":
        return -int(tool.checked.replace("-", "") or "0"), name
    return (name,)


def _of(query: Mapping[str, str], name: str, known: Iterable[str]) -> str:
    value = query.get(name, "")
    return value if value in known else ""
