"""The searches: professionals, services, units with beds. Distance and hours are told of the first so many that match the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Final

from seve.fhir.distances import Position, middle, position_of_place
from seve.fhir.search.keys import fold
from seve.fhir.search.separation import escaped
from seve.france.capacity import FUNCTION_SYSTEM, LODGING
from seve.kernel.texts import Language
from seve.sdk import Records, wording
from seve.solutions.directory_search.model import asking, cards
from seve.solutions.directory_search.model.asking import Asked, Kind, NotUnderstood, Pairs
from seve.solutions.directory_search.model.cards import Card, Results
from seve.solutions.directory_search.model.hours import is_open_on

SHOWN: Final = 20
LOOKED_THROUGH: Final = 200
_PLACES: Final = 50
_ALIKE: Final = 0.72
_NEAR: Final = 5


@dataclass(frozen=True, slots=True)
class Where:
    """From where distances are told, and how far the search goes (km, "" for no further than the place itself)."""

    centre: Position | None = None
    km: str = ""

    @property
    def near(self) -> str:
        """The value of FHIR's `near`, or ""."""
        return f"{self.centre.latitude}|{self.centre.longitude}|{self.km}|km" if self.centre and self.km else ""


@dataclass(frozen=True, slots=True)
class Look:
    """One search: who asks when, in which language, and page `page` (a token of the store, or a number where results are sorted here)."""

    records: Records
    asked: Asked
    now: datetime
    language: Language
    page: str = ""


async def found(look: Look, kind: Kind) -> Results:
    """What matches. Raises NotUnderstood."""
    if field := asking.wrong(look.asked):
        raise NotUnderstood(expression=field)
    where = await _where(look)
    match kind:
        case "people":
            return await _people(look, where)
        case "services":
            return await _services(look, where)
        case "beds":
            return await _beds(look, where)


async def communes(records: Records) -> dict[str, Position]:
    """The middle of each commune that has a place, of as many places as are looked through at once."""
    places = await records.search("Location", ("status", "active"), ("_count", "1000"))
    by_city = dict[str, list[Position]]()
    for one in places.matches:
        city, position = one.get("address", {}).get("city", ""), position_of_place(one)
        if city and position:
            by_city.setdefault(city, []).append(position)
    return {city: centre for city, ones in sorted(by_city.items()) if (centre := middle(ones))}


async def _where(look: Look) -> Where:
    """Raises NotUnderstood for a place that nothing in the directory is at, when a distance from it is asked."""
    if not look.asked.km:
        return Where()
    pairs = asking.in_place(look.asked.place, "")
    places = await look.records.search("Location", ("status", "active"), *pairs, ("_count", str(_PLACES)))
    centre = middle([p for one in places.matches if (p := position_of_place(one))])
    if centre is None:
        raise NotUnderstood(expression="place")
    return Where(centre, look.asked.km)


def _place(look: Look, where: Where, chain: str) -> Pairs:
    return [(f"{chain}near", where.near)] if where.near else asking.in_place(look.asked.place, chain)


async def _people(look: Look, where: Where) -> Results:
    one, meaning = look.asked, look.asked.meaning
    pairs: Pairs = [("active", "true"), ("practitioner.active:not", "false"), *_place(look, where, "location.")]
    if meaning.trade:
        pairs.append(meaning.trade.pair)
    pairs += [("practitioner.name", escaped(word)) for word in meaning.words]
    pairs += asking.features(one, "service.")
    if spoken := asking.language(one):
        pairs.append(("practitioner.communication", spoken))
    names = ("practitioner", "location", "organization", "service")
    includes: Pairs = [("_include", f"PractitionerRole:{name}") for name in names]

    def made(resources: Iterable[dict[str, object]], known: cards.Known) -> list[Card]:
        return [cards.of_role(role, known, language=look.language) for role in resources]

    results = await _searched(look, where, "PractitionerRole", [*pairs, *includes], made)
    if results.total == 0 and meaning.words:
        return replace(results, near=await _near_names(look.records, meaning.words))
    return results


async def _services(look: Look, where: Where) -> Results:
    one, meaning = look.asked, look.asked.meaning
    pairs: Pairs = [("active", "true"), ("characteristic:not", cards.CONSULTATION), *_place(look, where, "location.")]
    words = meaning.words
    if meaning.trade and meaning.trade.specialties:
        pairs.append(meaning.trade.pair)
    elif meaning.trade:
        words = tuple(one.text.split())
    pairs += [("name:contains", escaped(word)) for word in words]
    pairs += asking.features(one, "")
    includes: Pairs = [("_include", "HealthcareService:location"), ("_include", "HealthcareService:organization")]

    def made(resources: Iterable[dict[str, object]], known: cards.Known) -> list[Card]:
        return [cards.of_service(service, known) for service in resources]

    return await _searched(look, where, "HealthcareService", [*pairs, *includes], made)


async def _beds(look: Look, where: Where) -> Results:
    meaning = look.asked.meaning
    pairs: Pairs = [("status", "active"), ("type", f"{FUNCTION_SYSTEM}|{LODGING}"), *_place(look, where, "")]
    has = "_has:HealthcareService:location:"
    if meaning.trade and meaning.trade.specialties:
        pairs.append((f"{has}specialty", meaning.trade.pair[1]))
    pairs += [("name:contains", escaped(word)) for word in meaning.words]
    pairs += asking.features(look.asked, has)
    pairs.append(("_revinclude", "HealthcareService:location"))

    def made(resources: Iterable[dict[str, object]], known: cards.Known) -> list[Card]:
        services = [
            one for one in known.values() if one["resourceType"] == "HealthcareService" and one.get("active", True)
        ]
        return [cards.of_unit(location, services) for location in resources]

    return await _searched(look, where, "Location", pairs, made)


async def _searched(
    look: Look,
    where: Where,
    type_: str,
    pairs: Pairs,
    made: Callable[[Iterable[dict[str, object]], cards.Known], list[Card]],
) -> Results:
    """By the store's own pages; where hours, beds or distance decide, of the first so many by number."""
    is_sorted = bool(where.near) or look.asked.is_today or type_ == "Location"
    count = LOOKED_THROUGH if is_sorted else SHOWN
    token = "" if is_sorted else look.page
    answer = await look.records.search(type_, *pairs, ("_count", str(count)), ("_total", "accurate"), page=token)
    known = cards.by_reference(answer.included)
    all_ = [card.from_(where.centre) for card in made(answer.matches, known)]
    if not is_sorted:
        return Results(tuple(all_), answer.total or 0, answer.next)
    kept = sorted(filter(lambda card: _is_wanted(card, look), all_), key=lambda card: _order(card, look.now))
    start = max(0, int(look.page) - 1) * SHOWN if look.page.isdigit() else 0
    following = str(start // SHOWN + 2) if start + SHOWN < len(kept) else ""
    return Results(
        tuple(kept[start : start + SHOWN]), len(kept), following, is_cut=(answer.total or 0) > LOOKED_THROUGH
    )


def _is_wanted(card: Card, look: Look) -> bool:
    one = look.asked
    if one.is_today and not is_open_on(card.opening, look.now):
        return False
    if card.sort != "beds":
        return True
    natures = {figure.nature for figure in card.figures}
    has_equipment = any(fold(one.equipment) in fold(name) for name in card.equipment)
    return (
        bool(natures)
        and (not one.nature or one.nature in natures)
        and (not one.is_free or card.free > 0)
        and (not one.equipment or has_equipment)
    )


def _order(card: Card, now: datetime) -> tuple[object, ...]:
    """Units whose figures are old after the others, then by distance, then the most free first."""
    is_old = card.sort == "beds" and card.is_stale(now)
    return is_old, card.km if card.km is not None else float("inf"), -card.free, fold(card.name)


async def _near_names(records: Records, words: Iterable[str]) -> tuple[str, ...]:
    """Names that begin alike and are spelt nearly as one of the words: a slip after the second letter is forgiven."""
    found = dict[str, float]()
    for word in words:
        asked = fold(word)
        roles = await records.search(
            "PractitionerRole",
            ("active", "true"),
            ("practitioner.active:not", "false"),
            ("practitioner.family", escaped(asked[:2])),
            ("_include", "PractitionerRole:practitioner"),
            ("_count", str(LOOKED_THROUGH)),
        )
        for person in roles.included:
            family = fold(person["name"][0].get("family", ""))
            likeness = SequenceMatcher(None, asked, family).ratio()
            if likeness >= _ALIKE:
                name = wording.name_of(person)
                found[name] = max(found.get(name, 0.0), likeness)
    return tuple(sorted(found, key=lambda name: -found[name])[:_NEAR])
