"""search through HTTP (R4, 3.1.1): every kind once; each parameter of R4 stands in tests/store against the oracle."""

import httpx
import pytest
from tests.spec.asking import PATIENT, found, make, observation, ok


async def test_observations_of_a_patient_are_found_in_many_ways(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    weight = await make(client, observation(patient["id"]))
    for search, number in {
        "code=29463-7": 1,
        "code=http://loinc.org|29463-7": 1,
        "code=|29463-7": 0,
        "code=http://loinc.org|": 1,
        "code:text=body": 1,
        "code:not=29463-7": 0,
        "code:missing=true": 0,
        f"patient={patient['id']}": 1,
        f"subject=Patient/{patient['id']}": 1,
        f"subject:Patient={patient['id']}": 1,
        f"subject=http://sante.example/fhir/Patient/{patient['id']}": 1,
        "patient.name=durand": 1,
        "patient.name=dupont": 0,
        "subject:Patient.birthdate=1980": 1,
        "patient:identifier=urn:test|1": 0,
        "date=2020-01-02": 1,
        "date=gt2020-01-02": 0,
        "date=ge2020&date=lt2021": 1,
        "value-quantity=54|http://unitsofmeasure.org|kg": 1,
        "value-quantity=54000|http://unitsofmeasure.org|g": 1,
        "value-quantity=54||kg": 1,
        "value-quantity=gt54": 0,
        "code-value-quantity=29463-7$ge54": 1,
        "status=final,amended": 1,
        "_sort=-date": 1,
        "_sort=code,-date": 1,
        f"_id={weight['id']}": 1,
        "_lastUpdated=ge2020": 1,
        "_lastUpdated=lt2020": 0,
        "_content=weight": 1,
        "_filter=code eq 29463-7 and (date ge 2019 or status eq amended)": 1,
        "_filter=not (code eq 29463-7)": 0,
    }.items():
        assert len(await found(client, f"Observation?{search}")) == number, search


async def test_patients_are_found_by_names_without_accents_and_by_their_observations(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    await make(client, observation(patient["id"]))
    for search, number in {
        "name=zoe": 1,
        "name=DUR": 1,
        "name:exact=Zoé": 1,
        "name:exact=zoe": 0,
        "family:contains=uran": 1,
        "_has:Observation:patient:code=29463-7": 1,
        "_has:Observation:patient:code=1234-5": 0,
        "birthdate=1980-02": 1,
        "gender:not=female": 0,
        "organization:missing=true": 1,
        "identifier=urn:test|1": 1,
    }.items():
        assert len(await found(client, f"Patient?{search}")) == number, search


async def test_includes_follow_references_both_ways_and_tell_them_from_matches(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    weight = await make(client, observation(patient["id"]))
    await make(
        client,
        {
            "resourceType": "Provenance",
            "target": [{"reference": f"Observation/{weight['id']}"}],
            "recorded": "2020-01-01T00:00:00Z",
            "agent": [{"who": {"reference": f"Patient/{patient['id']}"}}],
        },
    )
    for search, types in {
        "Observation?_include=Observation:subject": ["Observation", "Patient"],
        "Observation?_include=Observation:subject:Patient": ["Observation", "Patient"],
        "Observation?_include=Observation:subject:Group": ["Observation"],
        "Observation?_include=*": ["Observation", "Patient"],
        "Patient?_revinclude=Observation:subject": ["Observation", "Patient"],
        "Patient?_revinclude=Observation:subject&_revinclude:iterate=Provenance:target": [
            "Observation",
            "Patient",
            "Provenance",
        ],
        "Provenance?_include=Provenance:target&_include:iterate=Observation:subject": [
            "Observation",
            "Patient",
            "Provenance",
        ],
    }.items():
        page = await ok(await client.get(search))
        assert sorted(e["resource"]["resourceType"] for e in page["entry"]) == types, search
        assert {
            e["search"]["mode"] for e in page["entry"] if e["resource"]["resourceType"] == search.split("?")[0]
        } == {"match"}


async def test_compartments_and_several_types(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    await make(client, observation(patient["id"]))
    await make(client, observation("another"))
    assert len(await found(client, f"Patient/{patient['id']}/Observation")) == 1
    assert len(await found(client, f"Patient/{patient['id']}/Observation?code=1234-5")) == 0
    assert len(await found(client, f"Patient/{patient['id']}/*")) == 2
    assert len(await found(client, "?_type=Patient,Observation")) == 3
    posted = await ok(await client.post(f"Patient/{patient['id']}/Observation/_search", data={"code": "29463-7"}))
    assert len(posted["entry"]) == 1


async def test_codes_and_references_are_sorted_by_their_values(client: httpx.AsyncClient) -> None:
    for gender in ("male", "female", "other"):
        await make(
            client, {**PATIENT, "gender": gender, "managingOrganization": {"reference": f"Organization/{gender}"}}
        )
    for search, order in {
        "_sort=gender": ["female", "male", "other"],
        "_sort=-gender": ["other", "male", "female"],
        "_sort=organization": ["female", "male", "other"],
        "_sort=-organization,gender&_count=2": ["other", "male"],
    }.items():
        assert [p["gender"] for p in await found(client, f"Patient?{search}")] == order, search


async def test_totals_and_counts(client: httpx.AsyncClient) -> None:
    for _ in range(5):
        await make(client, PATIENT)
    assert (await ok(await client.get("Patient?_summary=count")))["total"] == 5
    assert (await ok(await client.get("Patient?_count=0")))["total"] == 5
    assert (await ok(await client.get("Patient?_count=2&_total=accurate")))["total"] == 5
    assert "total" not in await ok(await client.get("Patient?_count=2"))
    assert "total" not in await ok(await client.get("Patient?_count=2&_total=none"))


@pytest.mark.parametrize(
    "search",
    [
        "name:exakt=x",
        "birthdate=tomorrow",
        "birthdate=gt",
        "gender:above=x",
        "_sort=photo",
        "_include=Patient:photo",
        "_total=some",
        "general-practitioner.photo=x",
        "_has:Observation:code=x",
        "_summary=most",
        "_contained=true",
        "_containedType=contained",
        "_sort=_score",
    ],
)
async def test_what_can_t_be_used_is_refused_by_name(client: httpx.AsyncClient, search: str) -> None:
    answer = await client.get(f"Patient?{search}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["issue"][0]["details"]["text"]
