"""The search pages: a professional, a service or place, a bed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urlencode

from seve.france.trades import TRADES
from seve.sdk import Again, Document, View, Visit
from seve.sdk.kit import Tab
from seve.solutions.directory_search.model import asking
from seve.solutions.directory_search.model.asking import Asked, Kind, NotUnderstood
from seve.solutions.directory_search.model.cards import Results
from seve.solutions.directory_search.model.places import Map, drawn, read_view
from seve.solutions.directory_search.queries import looking
from seve.solutions.directory_search.queries.looking import Look
from seve.solutions.directory_search.queries.times import with_times

_PATHS: dict[Kind, str] = {"people": "", "services": "/services", "beds": "/beds"}
_GROUPS: dict[str, tuple[str, ...]] = {"ways": asking.WAYS, "access": asking.ACCESS, "terms": asking.TERMS}


@dataclass(frozen=True)
class Searched(View):
    """The form with what was typed, and what was found; `results` None when nothing was asked or it was not understood."""

    template: ClassVar[str] = "search.html"
    kind: Kind
    path: str
    tabs: tuple[Tab, ...]
    asked: Asked
    query: str
    trade: str
    is_corrected: bool
    trades: tuple[tuple[str, str], ...]
    groups: dict[str, tuple[str, ...]]
    languages: tuple[str, ...]
    sectors: tuple[str, ...]
    distances: tuple[str, ...]
    natures: tuple[str, ...]
    results: Results | None
    map: Map | None
    role: str
    now: object


async def people(visit: Visit) -> Searched | Again:
    """Professionals."""
    return await _searched(visit, "people")


async def services(visit: Visit) -> Searched | Again:
    """Services and places."""
    return await _searched(visit, "services")


async def beds(visit: Visit) -> Searched | Again:
    """Units with beds and places: all of them when nothing is asked, since they are few and their figures are the point."""
    return await _searched(visit, "beds")


async def communes(visit: Visit) -> Document:
    """Where communes are, so that a browser tells which one is near without its position leaving it."""
    found = await looking.communes(visit.records)
    listed = [{"name": name, "at": [round(p.latitude, 3), round(p.longitude, 3)]} for name, p in found.items()]
    return Document(json.dumps(listed, ensure_ascii=False).encode(), "application/json", "communes.json")


async def _searched(visit: Visit, kind: Kind) -> Searched | Again:
    asked = asking.asked(visit.query)
    if asked.is_empty and kind != "beds":
        return _view(visit, kind, asked, None)
    look = Look(visit.records, asked, visit.now, visit.language, visit.query.get("page", ""))
    try:
        results = await looking.found(look, kind)
        return _view(visit, kind, asked, replace(results, cards=await with_times(visit, results.cards)))
    except NotUnderstood as problem:
        return Again(_view(visit, kind, asked, None), problem)


def _view(visit: Visit, kind: Kind, asked: Asked, results: Results | None) -> Searched:
    meaning = asked.meaning
    words = "fr" if visit.language == "fr" else "en"
    found = results.cards if results else ()
    return Searched(
        kind=kind,
        path=_PATHS[kind],
        tabs=tuple(_tab(visit, one, kind, asked) for one in _PATHS),
        asked=asked,
        query=urlencode(asked.query),
        trade=asking.trade_name(meaning.trade, words),
        is_corrected=meaning.is_corrected,
        trades=tuple(sorted((asking.trade_name(one, words), one.id) for one in TRADES)),
        groups=_GROUPS,
        languages=asking.LANGUAGES,
        sectors=tuple(asking.SECTORS),
        distances=asking.DISTANCES,
        natures=asking.NATURES,
        results=results,
        map=drawn([card.place for card in found], view=read_view(visit.query.get("map", ""))),
        role=visit.visitor.role,
        now=visit.now,
    )


def _tab(visit: Visit, one: Kind, current: Kind, asked: Asked) -> Tab:
    query = urlencode(asked.query)
    link = f"/directory-search{_PATHS[one]}" + (f"?{query}" if query else "")
    return Tab(visit.say(f"solutions/directory_search.tabs.{one}"), link, is_current=one == current)
