"""Searching the directory: what is understood, what narrows, what is refused, and who is not shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time

import httpx
import pytest

from seve.fhir.distances import Position, kilometres
from seve.fhir.scheduling import DAYS, Agenda, Reason, Rule, with_agenda
from seve.france.trades import understood
from seve.rest.shield.shield import Rules, Shield
from seve.solutions.directory_search.model.hours import is_open_at, is_open_on, openings
from seve.solutions.directory_search.model.places import Place, drawn, read_view
from seve.testing.site import SITE, Browser, Site

_CANARY = "Xylophanès"
_RENARD = "directory-renard-role"


async def names(browser: Browser, path: str = "", **query: str) -> list[str]:
    """Which of the demonstration's people and services a page of results shows."""
    page = (await browser.get(f"/directory-search{path}", **query)).partition('id="found"')[2]
    known = ("Renard", "Morin", "Lopez", "Pharmacie du Cher", "Gériatrie, Hôpital", "Résidence du Lac")
    return [one for one in known if one in page]


@pytest.mark.parametrize(
    ("text", "trade", "words"),
    [
        ("médecin de famille", "general", ()),
        ("DOCTEUR DES YEUX", "ophthalmology", ()),
        ("cardiologe", "cardiology", ()),
        ("medecin de famile", "general", ()),
        ("Dr Renard cardiologue", "cardiology", ("Renard",)),
        ("docteur Renard", None, ("Renard",)),
        ("infirmiere", "nurse", ()),
        ("eye doctor", "ophthalmology", ()),
        ("", None, ()),
        ("Dupont", None, ("Dupont",)),
    ],
)
def test_words_of_people_are_understood_as_trades_and_names(
    text: str, trade: str | None, words: tuple[str, ...]
) -> None:
    found = understood(text)
    assert (found.trade.id if found.trade else None) == trade
    assert found.words == words


async def test_anyone_finds_by_trade_name_and_place_without_signing_in(town: Site) -> None:
    anyone = await town.browser()
    assert await names(anyone, q="docteur du cœur") == ["Renard"]
    assert await names(anyone, q="renard camille") == ["Renard"]
    assert await names(anyone, q="RENÀRD") == ["Renard"]
    assert await names(anyone, place="loches") == ["Morin"]
    assert await names(anyone, place="376") == ["Morin"]
    assert await names(anyone, q="infirmière", place="Loches") == []
    assert "Rien ne correspond" in anyone.page


async def test_the_next_free_time_is_told_of_who_keeps_an_agenda_that_patients_may_book(town: Site) -> None:
    anyone = await town.browser()
    await anyone.get("/directory-search", place="Tours")
    assert "Prochain créneau" not in anyone.page
    agenda = Agenda((Reason("visit", "Consultation", 20),), (Rule(DAYS, time(9), time(12)),))
    schedule = {"resourceType": "Schedule", "id": "renard", "active": True}
    await town.put(with_agenda({**schedule, "actor": [{"reference": f"PractitionerRole/{_RENARD}"}]}, agenda))
    for path in ("/directory-search?place=Tours", f"/directory-search/role/{_RENARD}"):
        await anyone.get(path)
        assert anyone.page.count("Prochain créneau") == 1
        assert "/booking/take/renard" in anyone.page
    inside = Agenda((Reason("visit", "Consultation", 20, is_public=False),), agenda.rules)
    await town.put(with_agenda({**schedule, "actor": [{"reference": f"PractitionerRole/{_RENARD}"}]}, inside))
    await anyone.get("/directory-search", place="Tours")
    assert "Prochain créneau" not in anyone.page


async def test_what_is_ticked_narrows(town: Site) -> None:
    anyone = await town.browser()
    assert await names(anyone, place="Tours") == ["Renard", "Lopez"]
    assert await names(anyone, place="Tours", video="1") == ["Renard"]
    assert await names(anyone, place="Tours", home="1") == ["Lopez"]
    assert await names(anyone, language="ar") == ["Renard"]
    assert await names(anyone, sector="sector-2") == ["Morin"]
    assert await names(anyone, wheelchair="1", language="es") == []
    assert await names(anyone, **{"new-patients": "1"}) == ["Renard"]


async def test_a_distance_is_told_and_bounds_the_search(town: Site) -> None:
    anyone = await town.browser()
    assert await names(anyone, place="Tours", km="10") == ["Renard", "Lopez"]
    assert await names(anyone, place="Tours", km="50") == ["Renard", "Morin", "Lopez"]
    assert anyone.page.index("Renard") < anyone.page.index("Morin")
    assert "à 36," in anyone.page


@pytest.mark.parametrize(
    "query",
    [
        {"km": "10"},
        {"place": "Nulle-Part-sur-Mer", "km": "10"},
        {"place": "37 bis"},
        {"q": "un deux trois quatre cinq six sept huit"},
    ],
)
async def test_what_can_not_be_searched_for_is_told_and_stays_in_its_field(town: Site, query: dict[str, str]) -> None:
    anyone = await town.browser()
    page = await anyone.get("/directory-search", **query)
    assert anyone.status == 422
    assert "Ce critère ne peut pas être cherché" in page
    for value in query.values():
        assert f'value="{value}"' in page


@pytest.mark.parametrize("text", ["%", "'); DROP TABLE version; --", "\\", "a,b|c$d", "\u0000", "é" * 500, "<script>"])
async def test_hostile_text_is_a_search_that_finds_nothing(town: Site, text: str) -> None:
    anyone = await town.browser()
    for path in ("", "/services", "/beds"):
        page = await anyone.get(f"/directory-search{path}", q=text, place=text, map=text, page=text, equipment=text)
        assert anyone.status in (200, 400, 410, 422)
        assert "<script>" not in page.replace('value="<script>"', "").replace("« <script> »", "")


async def test_nearly_right_names_are_offered_when_nothing_is_found(town: Site) -> None:
    anyone = await town.browser()
    page = await anyone.get("/directory-search", q="Renart")
    assert "s'écrivent presque ainsi" in page
    assert "Dr Camille Renard" in page
    assert "presque ainsi" not in await anyone.get("/directory-search", q="Zzyzx")


async def test_who_is_struck_off_is_gone_with_the_same_write(town: Site) -> None:
    anyone = await town.browser()
    assert await names(anyone, q="cardiologue") == ["Renard"]
    (role,) = await town.stored("PractitionerRole", ("_id", "directory-renard-role"))
    await town.put({**role, "active": False})
    assert await names(anyone, q="cardiologue") == []
    assert await names(anyone, q="Renard") == []
    await anyone.get("/directory-search/role/directory-renard-role")
    assert anyone.status == 404


async def test_a_person_who_does_not_practise_any_more_is_not_shown_though_a_role_was_left(town: Site) -> None:
    anyone = await town.browser()
    (person,) = await town.stored("Practitioner", ("_id", "directory-morin"))
    await town.put({**person, "active": False})
    assert await names(anyone, q="docteur des yeux") == []
    await anyone.get("/directory-search/role/directory-morin-role")
    assert anyone.status == 404
    await anyone.get("/directory-search/service/directory-morin-service")
    assert anyone.status == 404
    assert "Morin" not in await anyone.get("/directory-search/place/directory-loches")


async def test_services_are_found_and_consultations_of_people_are_not_among_them(town: Site) -> None:
    anyone = await town.browser()
    assert await names(anyone, "/services", q="pharmacie", place="Tours", today="1") == ["Pharmacie du Cher"]
    page = await anyone.get("/directory-search/services", place="Tours")
    assert "Consultation," not in page
    assert "Gériatrie" in await anyone.get("/directory-search/services", q="gériatre")


async def test_pages_of_a_professional_a_service_and_a_place_lead_to_each_other(town: Site) -> None:
    anyone = await town.browser()
    page = await anyone.get("/directory-search/role/directory-renard-role")
    for told in (
        "Cardiologue",
        "Cabinet du Cher",
        "02 61 91 00 05",
        "arabe",
        "En vidéo",
        "Secteur 1",
        "lundi",
        "Lopez",
    ):
        assert told in page, told
    page = await anyone.get("/directory-search/place/directory-loches")
    for told in ("Hôpital des Lilas", "toute la journée", "Morin", "Gériatrie, Hôpital des Lilas"):
        assert told in page, told
    assert "Fauteuil" in (await anyone.get("/directory-search/service/directory-geriatrics")).replace(
        "fauteuil", "Fauteuil"
    )


async def test_a_list_goes_on_page_by_page_without_losing_or_repeating_anybody(town: Site) -> None:
    (one,) = await town.stored("PractitionerRole", ("_id", "directory-lopez-role"))
    await town.put(*({**one, "id": f"many-{n}", "healthcareService": []} for n in range(45)))
    anyone, seen = await town.browser(), list[str]()
    page = await anyone.get("/directory-search", q="infirmière", place="Tours")
    assert "46 résultats" in page
    for _ in range(3):
        seen += [
            part.partition('"')[0]
            for part in page.split('href="/directory-search/role/')[1:]
            if "many" in part[:6] or "directory" in part[:10]
        ]
        following = page.partition('rel="next" href="')[2].partition('"')[0]
        if not following:
            break
        page = await anyone.get(following)
    assert len(set(seen)) == 46


async def test_a_page_for_anyone_shows_nothing_of_a_patient(town: Site) -> None:
    name = [{"family": _CANARY, "given": ["Ana"]}]
    await town.put({"resourceType": "Patient", "id": "ana", "name": name, "address": [{"city": "Tours"}]})
    anyone = await town.browser()
    for path in ("", "/services", "/beds", "/communes", "/role/ana", "/place/ana", "/service/ana", "/beds/ana"):
        assert _CANARY not in await anyone.get(f"/directory-search{path}", place="Tours", q="Ana"), path
    assert "presque" not in await anyone.get("/directory-search", q=_CANARY)
    assert anyone.status == 200


async def test_visits_of_anyone_are_in_the_trail_with_nobody_as_who(town: Site) -> None:
    anyone = await town.browser()
    await anyone.get("/directory-search", q="cardiologue")
    counted = "SELECT count(*) FROM audit WHERE agent = 0"
    before = await town.engine.database.pool.fetchval(counted)
    await anyone.get("/directory-search/role/directory-renard-role")
    assert await town.engine.database.pool.fetchval(counted) > before


async def test_who_asks_too_often_without_signing_in_is_told_to_wait(town: Site) -> None:
    shield = Shield(town.application, Rules(SITE, session_rate=1_000, address_rate=1))
    transport = httpx.ASGITransport(app=shield, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
        answers = [await client.get("/directory-search", params={"q": "cardiologue"}) for _ in range(15)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_a_visitor_is_offered_sign_in_and_comes_back_here(town: Site) -> None:
    anyone = await town.browser()
    assert "/signin?next=/directory-search/beds" in await anyone.get("/directory-search/beds")
    assert "/signin?next" not in await (await town.browser("ana")).get("/directory-search/beds")


async def test_communes_are_where_their_places_are(town: Site) -> None:
    anyone = await town.browser()
    await anyone.get("/directory-search/communes")
    found = {one["name"]: one["at"] for one in json.loads(anyone.answer.content)}
    assert found["Tours"] == [47.381, 0.689]


def test_hours_are_those_of_france_whatever_the_clock_says() -> None:
    found = openings(
        {"availableTime": [{"daysOfWeek": ["mon"], "availableStartTime": "09:00:00", "availableEndTime": "12:00:00"}]}
    )
    monday = datetime(2026, 6, 1, 7, 30, tzinfo=UTC)  # 9 h 30 in Paris, in summer
    assert is_open_at(found, monday)
    assert not is_open_at(found, monday.replace(hour=6))
    assert not is_open_at(found, monday.replace(hour=10))
    assert is_open_on(found, monday.replace(hour=20))
    assert not is_open_on(found, monday.replace(hour=23))


def test_the_map_has_a_mark_for_each_place_and_moves_by_half_views() -> None:
    tours, loches = Position(47.39, 0.69), Position(47.13, 1.0)
    found = drawn(
        [
            Place("a", "A", "Tours", tours),
            Place("b", "B", "Tours", tours),
            Place("c", "C", "Loches", loches),
            Place("d", "D", "", None),
        ],
        view=(0, 0, 0),
    )
    assert found is not None
    assert [(point.label, point.name) for point in found.points] == [("1+", "A, B"), ("3", "C")]
    assert [point.town for point in found.points] == ["Tours", "Loches"]
    assert all(0 <= point.x <= found.width and 0 <= point.y <= found.height for point in found.points)
    away = drawn([Place("a", "A", "Tours", tours)], view=(9, 9, 0))
    assert away is not None
    assert away.points == ()
    assert drawn([Place("d", "D", "", None)], view=(0, 0, 0)) is None
    assert read_view("x.y") == (0, 0, 0)
    assert read_view("99.-99.99") == (10, -10, 3)
    assert kilometres(tours, loches) == pytest.approx(37.2, abs=0.5)
