"""What somebody asks the directory for, from the fields of the search form to search parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, TypeAlias

from seve.fhir.search.separation import escaped
from seve.france.features import ACCESS, TERMS, WAYS, token
from seve.france.trades import Trade, Understood, by_id, understood
from seve.kernel.refusals import Refusal

Kind: TypeAlias = Literal["people", "services", "beds"]
Pairs: TypeAlias = list[tuple[str, str]]

LANGUAGES: Final = ("fr", "ar", "en", "es", "pt", "fsl")
DISTANCES: Final = ("2", "5", "10", "25", "50", "100")
SECTORS: Final = {"sector-1": ("c1", "c2"), "sector-2": ("c3",)}
NATURES: Final = ("bed", "place")
CHOICES: Final = (*WAYS, *ACCESS, *TERMS)
_LANGUAGE_SYSTEM: Final = "urn:ietf:bcp:47"
_POSTCODE = re.compile(r"\d{2,5}")
_MOST_WORDS: Final = 6
_MOST_CHARACTERS: Final = 120


class NotUnderstood(Refusal):
    """A field says nothing that can be searched for; `expression` names it."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/directory_search.refusals.not_understood"


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields as they were typed. `chosen` are features that were ticked, `is_today` that it must be open today, `is_free` that
    a bed must be free.
    """

    text: str = ""
    trade: str = ""
    place: str = ""
    km: str = ""
    language: str = ""
    sector: str = ""
    nature: str = ""
    equipment: str = ""
    chosen: tuple[str, ...] = ()
    is_today: bool = False
    is_free: bool = False

    @property
    def meaning(self) -> Understood:
        """The trade and the names in the text; a trade that was chosen comes before one that was typed."""
        chosen = by_id(self.trade)
        if chosen is None:
            return understood(self.text)
        return Understood(chosen, tuple(self.text.split())[:_MOST_WORDS])

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is asked."""
        return self == Asked()

    @property
    def query(self) -> Pairs:
        """As the parameters of an address, without what is empty."""
        fields = (
            ("q", self.text), ("trade", self.trade), ("place", self.place), ("km", self.km), ("language", self.language),
            ("sector", self.sector), ("nature", self.nature), ("equipment", self.equipment),
            ("today", "1" if self.is_today else ""), ("free", "1" if self.is_free else ""),
        )  # fmt: skip
        return [(name, value) for name, value in fields if value] + [(one, "1") for one in self.chosen]


def asked(query: Mapping[str, str]) -> Asked:
    """From the fields. What no list offers is left out rather than searched for in vain."""
    return Asked(
        text=_line(query, "q"),
        trade=query.get("trade", "") if by_id(query.get("trade", "")) else "",
        place=_line(query, "place"),
        km=_of(query, "km", DISTANCES),
        language=_of(query, "language", LANGUAGES),
        sector=_of(query, "sector", SECTORS),
        nature=_of(query, "nature", NATURES),
        equipment=_line(query, "equipment"),
        chosen=tuple(one for one in CHOICES if query.get(one)),
        is_today=bool(query.get("today")),
        is_free=bool(query.get("free")),
    )


def wrong(one: Asked) -> str:
    """The field that keeps the search from being made, or ""."""
    if one.km and not one.place:
        return "place"
    if any(character.isdigit() for character in one.place) and not _POSTCODE.fullmatch(one.place):
        return "place"
    return "q" if len(one.meaning.words) > _MOST_WORDS else ""


def features(one: Asked, chain: str) -> Pairs:
    """The parameters of what was ticked, on a HealthcareService that `chain` leads to (`service.` or "")."""
    found: Pairs = [(f"{chain}characteristic", token(code)) for code in one.chosen]
    if one.sector:
        found.append((f"{chain}characteristic", ",".join(map(token, SECTORS[one.sector]))))
    return found


def language(one: Asked) -> str:
    """The token of the language that was chosen, or ""."""
    return f"{_LANGUAGE_SYSTEM}|{one.language}" if one.language else ""


def in_place(place: str, chain: str) -> Pairs:
    """The parameters of a commune or the beginning of a postal code, on the Location that `chain` leads to."""
    if not place:
        return []
    return [(f"{chain}address-{'postalcode' if place[0].isdigit() else 'city'}", escaped(place))]


def trade_name(trade: Trade | None, language_: str) -> str:
    """What a trade is called."""
    return "" if trade is None else trade.fr if language_ == "fr" else trade.en


def _of(query: Mapping[str, str], name: str, known: Iterable[str]) -> str:
    value = query.get(name, "")
    return value if value in known else ""


def _line(query: Mapping[str, str], name: str) -> str:
    return " ".join(query.get(name, "").split())[:_MOST_CHARACTERS]
