"""Beds and places: who sees them, who tells them, what is old, and that nobody overwrites anybody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.unit.fhir.codec.corpus import SHARED

from seve.engine.access import grant_of
from seve.engine.dispatch import perform
from seve.engine.identity.principal import Principal
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.fhir.codec.json import parse
from seve.fhir.definitions import core
from seve.fhir.definitions.packages import read_package
from seve.fhir.validation.validator import Validator
from seve.france.capacity import EXTENSION, Figure, figures, with_figure
from seve.solutions.directory_search import solution
from seve.store.access.admission import Forbidden
from seve.store.grant import Grant
from seve.testing.site import Browser, Site

_WARD = "/directory-search/beds/directory-ward"
_AT = "2026-11-22T08:00:00+01:00"
ROR = SHARED / "france/fhir-ans-igs/ror-package.tgz"


def figure(free: int = 3, *, nature: str = "bed", by: str = "") -> Figure:
    return Figure("place" if nature == "place" else "bed", 20, free, 1, _AT, "typed", by)


def test_figures_are_read_as_they_were_written_and_leave_all_else() -> None:
    plain: Resource = {
        "resourceType": "Location",
        "extension": [{"url": "http://example.org/other", "valueString": "x"}],
    }
    once = with_figure(plain, figure(by="PractitionerRole/1"))
    assert figures(once) == (figure(by="PractitionerRole/1"),)
    both = with_figure(once, figure(7, nature="place"))
    again = with_figure(both, figure(0))
    assert figures(again) == (figure(7, nature="place"), figure(0))
    assert again["extension"][0] == plain["extension"][0]
    assert plain == {"resourceType": "Location", "extension": [{"url": "http://example.org/other", "valueString": "x"}]}


@pytest.mark.parametrize(
    "part",
    [
        {"url": "nbCapacity", "valueInteger": -1},
        {"url": "nbCapacity", "valueString": "3"},
        {"url": "capacityType", "valueCodeableConcept": {"coding": [{"code": "99"}]}},
        {"url": "temporalityCapacity", "valueCodeableConcept": {"coding": [{"code": "03"}]}},
        {"url": "temporaryAssignement", "valueCodeableConcept": {"coding": [{"code": "02"}]}},
    ],
)
def test_what_is_no_present_figure_is_left_out(part: dict[str, object]) -> None:
    location = with_figure({"resourceType": "Location"}, figure())
    for extension in location["extension"]:
        extension["extension"] = [part if one["url"] == part["url"] else one for one in extension["extension"]]
    assert figures(location) == ()


def test_an_old_figure_and_one_without_a_time_are_stale() -> None:
    now = datetime.fromisoformat(_AT)
    assert not figure().is_stale(now, hours=1)
    assert figure().is_stale(now.replace(day=24), hours=24)
    assert Figure("bed", 1, 1, 0, "").is_stale(now, hours=24)
    assert Figure("bed", 1, 1, 0, "2026-11").is_stale(datetime.now(UTC), hours=24)


def test_the_resources_obey_r4_and_the_extension_is_that_of_the_guide() -> None:
    validator = Validator(core())
    for resource in solution.demo:
        issues = [
            one for one in validator.validate(parse(encode_json(resource))).issues if one.severity in ("error", "fatal")
        ]
        assert issues == [], resource["id"]
    parts = {one["url"] for one in with_figure({"resourceType": "Location"}, figure())["extension"][0]["extension"]}
    assert parts >= {
        "capacityType",
        "capacityStatus",
        "temporalityCapacity",
        "nbCapacity",
        "capacitySourceType",
        "capacityUpdateDate",
        "temporaryAssignement",
    }


def test_the_figures_validate_against_the_ror_package() -> None:
    if not ROR.exists():
        pytest.skip(f"the package of the ROR guide (ans.fhir.fr.ror) is not at {ROR}: only its published text was read")
    by = Validator(core().with_resources(read_package(ROR)))
    assert by.profiles.tree(EXTENSION) is not None
    for resource in (one for one in solution.demo if one["resourceType"] == "Location"):
        found = by.validate(parse(encode_json(resource))).issues
        assert [one for one in found if one.severity in ("error", "fatal")] == []


async def tell(browser: Browser, *, version: str, free: str, closed: str = "0", total: str = "20") -> str:
    await browser.get(f"{_WARD}/tell")
    return await browser.post(f"{_WARD}/tell", version=version, nature="bed", free=free, closed=closed, total=total)


async def test_staff_tell_what_is_free_and_everybody_sees_it_at_once(town: Site) -> None:
    nurse, anyone = await town.browser("nurse"), await town.browser()
    assert "plus de 24 heures" in await anyone.get(_WARD)
    assert "Les chiffres sont à jour." in await tell(nurse, version="1", free="7", closed="2")
    page = await anyone.get("/directory-search/beds", q="gériatre", free="1")
    assert "<strong>7</strong>" in page
    assert "dont 2 fermé(s)" in page
    assert "plus de 24 heures" not in await anyone.get(_WARD)


async def test_the_figures_through_time_tell_who_gave_them_with_names_for_professionals_only(town: Site) -> None:
    nurse, anyone = await town.browser("nurse"), await town.browser()
    await tell(nurse, version="1", free="7")
    page = await nurse.get(_WARD)
    assert "Nurse Martin" in page
    assert "logiciel de gestion des lits" in page
    page = await anyone.get(_WARD)
    assert "Nurse Martin" not in page
    assert "7" in page


async def test_who_is_slower_is_told_and_nothing_is_overwritten(town: Site) -> None:
    nurse, doctor = await town.browser("nurse"), await town.browser("doc")
    await doctor.get(f"{_WARD}/tell")
    await tell(nurse, version="1", free="7")
    page = await doctor.post(f"{_WARD}/tell", version="1", nature="bed", free="3", closed="0", total="20")
    assert doctor.status == 412
    assert "Voici ce que votre collègue vient de dire" in page
    assert 'name="version" value="2"' in page
    assert 'name="free" inputmode="numeric" autocomplete="off" maxlength="4" value="3"' in page
    assert "<strong>7</strong>" in await nurse.get(_WARD)
    assert "Les chiffres sont à jour." in await tell(doctor, version="2", free="3")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"free": "beaucoup", "closed": "0", "total": "20"}, "Écrivez un nombre entier"),
        ({"free": "-1", "closed": "0", "total": "20"}, "Écrivez un nombre entier"),
        ({"free": "", "closed": "0", "total": "20"}, "Écrivez un nombre entier"),
        ({"free": "٣", "closed": "0", "total": "20"}, "Écrivez un nombre entier"),
        ({"free": "3", "closed": "0", "total": "99999"}, "Écrivez un nombre entier"),
        ({"free": "15", "closed": "6", "total": "20"}, "Il y aurait 15 libres et 6 fermés"),
    ],
)
async def test_counts_that_can_not_be_are_refused_and_stay_in_the_form(
    town: Site, typed: dict[str, str], said: str
) -> None:
    nurse = await town.browser("nurse")
    await nurse.get(f"{_WARD}/tell")
    page = await nurse.post(
        f"{_WARD}/tell", version="1", nature="bed", free=typed["free"], closed=typed["closed"], total=typed["total"]
    )
    assert nurse.status == 422
    assert said in page
    assert f'value="{typed["free"]}"' in page
    (location,) = await town.stored("Location", ("_id", "directory-ward"))
    assert location["meta"]["versionId"] == "1"


async def test_staff_of_another_house_can_not_tell_by_page_or_by_software(town: Site) -> None:
    await town.put({"resourceType": "Organization", "id": "elsewhere", "active": True, "name": "Ailleurs"})
    (location,) = await town.stored("Location", ("_id", "directory-ward"))
    await town.put({**location, "managingOrganization": {"reference": "Organization/elsewhere"}})
    nurse = await town.browser("nurse")
    await nurse.get(f"{_WARD}/tell")
    assert nurse.status == 403
    await nurse.get("/directory-search/mine")
    await nurse.post(f"{_WARD}/tell", version="2", nature="bed", free="1", closed="0", total="20")
    assert nurse.status in (400, 403)
    with pytest.raises(Forbidden):
        await perform(town.engine, await grant(town, "nurse"), _put(with_figure(location, figure())))


async def test_software_of_the_staff_tells_over_fhir(town: Site) -> None:
    (location,) = await town.stored("Location", ("_id", "directory-ward"))
    answer = await perform(town.engine, await grant(town, "nurse"), _put(with_figure(location, figure(5))))
    assert answer.status == 200
    assert "<strong>5</strong>" in await (await town.browser()).get(_WARD)


async def test_patients_and_anyone_have_no_form(town: Site) -> None:
    for name in ("ana", "officer"):
        browser = await town.browser(name)
        await browser.get(f"{_WARD}/tell")
        assert browser.status == 403, name
        assert "Mettre à jour" not in await browser.get(_WARD)
    anyone = await town.browser()
    answer = await anyone.client.get(f"{_WARD}/tell")
    assert answer.status_code == 303


async def test_units_are_sought_by_nature_equipment_and_room(town: Site) -> None:
    doctor = await town.browser("doc")
    assert "Qui peut prendre ce patient maintenant" in await doctor.get("/directory-search/beds")
    assert "Résidence du Lac" in await doctor.get("/directory-search/beds", nature="place")
    assert "Gériatrie, Hôpital" not in doctor.page
    assert "Résidence du Lac" not in await doctor.get("/directory-search/beds", free="1")
    assert "Gériatrie, Hôpital" in await doctor.get("/directory-search/beds", equipment="OBESITE")
    assert "Gériatrie, Hôpital" not in await doctor.get("/directory-search/beds", equipment="IRM")
    assert "Gériatrie, Hôpital" not in await doctor.get("/directory-search/beds", q="cardiologue")


async def test_recent_figures_come_before_old_ones_however_near(town: Site) -> None:
    await tell(await town.browser("nurse"), version="1", free="1")
    page = await (await town.browser("doc")).get("/directory-search/beds", place="Tours", km="100")
    assert page.index("Gériatrie, Hôpital") < page.index("Résidence du Lac")


async def test_a_unit_that_is_closed_is_not_there(town: Site) -> None:
    (location,) = await town.stored("Location", ("_id", "directory-ward"))
    await town.put({**location, "status": "inactive"})
    anyone = await town.browser()
    await anyone.get(_WARD)
    assert anyone.status == 404
    assert "Gériatrie, Hôpital" not in await anyone.get("/directory-search/beds")


def _put(location: Resource) -> Request:
    return Request("PUT", f"Location/{location['id']}", resource=location)


async def grant(town: Site, name: str) -> Grant:
    """As an application of somebody of the cast would ask."""
    await (await town.browser(name)).get("/directory-search/mine")
    row = await town.engine.database.pool.fetchrow(
        "SELECT * FROM session WHERE account = $1 ORDER BY key DESC LIMIT 1", name
    )
    assert row is not None
    principal = Principal(
        row["key"], name, "professional", row["role"], row["person"], row["organization"], row["profession"], (), "", "TREAT", "", None
    )  # fmt: skip
    return grant_of(principal, town.engine.parameters, base_url=town.engine.base_url)
