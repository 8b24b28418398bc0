"""Thirty searches over every parameter type, with values that occur in the data, and the answer each must give.

Before anything is timed each search is asked once and its answer verified resource by resource; the timed answers must then
be equal to the verified one to the byte (but for page links).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from bench.client import Ask, run

_VALUES = 12
LOINC = "http://loinc.org"
HEIGHT = f"{LOINC}|8302-2"
Resource = dict[str, Any]
Test = Callable[[Resource], bool]


@dataclass(frozen=True, slots=True)
class Search:
    """One search: its kind, its path, and what each match must satisfy."""

    kind: str
    path: str
    test: Test


def extra(patient: str, turn: int) -> list[Resource]:
    """Resources beside Synthea's, so that numbers, uris and places are searched too."""
    spread = (hash(patient) ^ turn) % 1_000 / 1_000
    return [
        {
            "resourceType": "RiskAssessment",
            "id": f"risk-{patient}",
            "status": "final",
            "subject": {"reference": f"Patient/{patient}"},
            "prediction": [{"probabilityDecimal": round(spread, 3)}],
        },
        {
            "resourceType": "Location",
            "id": f"place-{patient}",
            "name": f"Cabinet {patient[:6]}",
            "position": {"longitude": round(-1 + 6 * spread, 5), "latitude": round(44 + 5 * spread, 5)},
        },
        {
            "resourceType": "Questionnaire",
            "id": f"form-{patient}",
            "status": "active",
            "url": f"http://sante.example/form/{patient}",
        },
    ]


def searches(sample: list[Resource]) -> list[Search]:
    """The searches, a dozen values each, drawn from a sample of the loaded resources."""
    draw = random.Random(20_261_122)
    by_type: dict[str, list[Resource]] = {}
    for resource in sample:
        by_type.setdefault(resource["resourceType"], []).append(resource)
    return [search for make in (_patients, _observations, _others) for search in make(by_type, draw)]


def _some(rows: list[Resource], draw: random.Random) -> list[Resource]:
    return draw.sample(rows, min(_VALUES, len(rows)))


def _patients(by_type: dict[str, list[Resource]], draw: random.Random) -> list[Search]:
    found: list[Search] = []
    for p in _some(by_type["Patient"], draw):
        name, address, day = p["name"][0], p["address"][0], p["birthDate"]
        family, given, id_ = name["family"], name["given"][0], p["id"]
        identifier = p["identifier"][0]
        since, until = f"{int(day[:4]) - 2}-01-01", f"{int(day[:4]) + 2}-01-01"
        found += [
            Search("string", f"Patient?family={quote(family)}", _text(lambda r: r["name"][0]["family"], family)),
            Search("string prefix", f"Patient?name={quote(given[:4])}", lambda r: "name" in r),
            Search("string :contains", f"Patient?family:contains={quote(family[1:5])}", lambda r: "name" in r),
            Search("string :exact", f"Patient?given:exact={quote(given)}", _has_given(given)),
            Search("date", f"Patient?birthdate={day}", _equals("birthDate", day)),
            Search(
                "date range", f"Patient?birthdate=ge{since}&birthdate=lt{until}", _between("birthDate", since, until)
            ),
            Search(
                "token, string",
                f"Patient?gender={p['gender']}&address-city={quote(address['city'])}",
                _equals("gender", p["gender"]),
            ),
            Search(
                "token system|value",
                f"Patient?identifier={quote(identifier['system'] + '|' + identifier['value'])}",
                _equals("id", id_),
            ),
            Search("_revinclude", f"Patient?_id={id_}&_revinclude=Condition:subject", _anything),
            Search(
                "_has",
                f"Patient?_has:Observation:patient:code={quote(HEIGHT)}&birthdate={day}",
                _equals("birthDate", day),
            ),
            Search("compartment", f"Patient/{id_}/Observation", _of_patient(id_)),
            Search(
                "number",
                f"RiskAssessment?probability=gt{by_type['RiskAssessment'][0]['prediction'][0]['probabilityDecimal'] * 0.5:.3f}",
                _anything,
            ),
            Search(
                "uri", f"Questionnaire?url={quote('http://sante.example/form/' + id_)}", _equals("id", f"form-{id_}")
            ),
        ]
    for place in _some(by_type["Location"], draw):
        if at := place.get("position"):
            found.append(
                Search(
                    "special near", f"Location?near={at['latitude']}|{at['longitude']}|5|km", lambda r: "position" in r
                )
            )
    return found


def _observations(by_type: dict[str, list[Resource]], draw: random.Random) -> list[Search]:
    rows = [o for o in by_type["Observation"] if "effectiveDateTime" in o and "valueQuantity" in o]
    families = {p["id"]: p["name"][0]["family"] for p in by_type["Patient"]}
    found: list[Search] = []
    for o in _some(rows, draw):
        coding, patient = o["code"]["coding"][0], o["subject"]["reference"]
        code = quote(f"{coding['system']}|{coding['code']}")
        unit, value, day = o["valueQuantity"]["code"], o["valueQuantity"]["value"], o["effectiveDateTime"][:10]
        is_code = _coded(coding["code"])
        found += [
            Search("reference", f"Observation?patient={patient}", _of_patient(patient[8:])),
            Search("token", f"Observation?code={code}", is_code),
            Search("reference, token", f"Observation?patient={patient}&code={code}", is_code),
            Search("token, date", f"Observation?code={code}&date=ge{day}", is_code),
            Search(
                "quantity",
                f"Observation?code={code}&value-quantity=ge{value}|http://unitsofmeasure.org|{quote(unit)}",
                is_code,
            ),
            Search("composite", f"Observation?code-value-quantity={code}$ge{value}", is_code),
            Search("_sort=-date", "Observation?category=vital-signs&_sort=-date", _anything),
            Search("chain", f"Observation?patient.family={quote(families[patient[8:]])}&code={code}", is_code),
            Search("token :not", f"Observation?patient={patient}&code:not={code}", lambda r, no=is_code: not no(r)),
        ]
    return found


def _others(by_type: dict[str, list[Resource]], draw: random.Random) -> list[Search]:
    found: list[Search] = []
    for c in _some(by_type["Condition"], draw):
        code = c["code"]["coding"][0]["code"]
        found.append(Search("token, token", f"Condition?code={code}&verification-status=confirmed", _coded(code)))
        found.append(
            Search("date ge", f"Condition?onset-date=ge{c['onsetDateTime'][:7]}", lambda r: "onsetDateTime" in r)
        )
        found.append(Search("_sort string", f"Condition?code={code}&_sort=onset-date", _coded(code)))
    for e in _some(by_type["Encounter"], draw):
        patient, day = e["subject"]["reference"], e["period"]["start"][:10]
        found.append(Search("_include", f"Encounter?patient={patient}&_include=Encounter:subject", _anything))
        found.append(Search("date eq", f"Encounter?date={day}", lambda r: "period" in r))
    found += [
        Search(
            "token, sort",
            f"MedicationRequest?status={m['status']}&_sort=-authoredon",
            _equals("status", m["status"]),
        )
        for m in _some(by_type["MedicationRequest"], draw)
    ]
    for i in _some(by_type["Immunization"], draw):
        code = i["vaccineCode"]["coding"][0]["code"]
        found.append(
            Search(
                "token, reference",
                f"Immunization?vaccine-code={code}&patient={i['patient']['reference']}",
                _anything,
            )
        )
    return found


def _anything(resource: Resource) -> bool:
    return bool(resource)


def _equals(name: str, value: Any) -> Test:
    return lambda r: r.get(name) == value


def _text(get: Callable[[Resource], str], value: str) -> Test:
    return lambda r: get(r).lower().startswith(value.lower())


def _has_given(given: str) -> Test:
    return lambda r: any(given in name.get("given", ()) for name in r["name"])


def _between(name: str, since: str, until: str) -> Test:
    return lambda r: since <= r[name] < until


def _of_patient(id_: str) -> Test:
    return lambda r: r["subject"]["reference"] == f"Patient/{id_}"


def _coded(code: str) -> Test:
    return lambda r: any(coding["code"] == code for coding in r["code"]["coding"])


async def verified(base: str, asked: list[Search], *, headers: str = "") -> list[tuple[Search, Ask]]:
    """The searches as requests whose answers must equal the one verified now. Raises AssertionError for a wrong one."""
    timed: list[tuple[Search, Ask]] = []
    for search in asked:
        answers: list[bytes] = []
        await run(
            base,
            [
                Ask(
                    "GET",
                    search.path,
                    is_right=lambda _, body, kept=answers: kept.append(body) is None,
                    headers=headers,
                )
            ],
            connections=1,
        )
        bundle = msgspec.json.decode(answers[0])
        matches = [e["resource"] for e in bundle.get("entry", ()) if e["search"]["mode"] == "match"]
        assert matches, f"{search.path}: no match, {answers[0][:300]!r}"
        assert all(map(search.test, matches)), f"{search.path}: a match that should not be"
        content = _content(answers[0])
        timed.append(
            (search, Ask("GET", search.path, is_right=lambda s, b, kept=content: s == 200 and _content(b) == kept))
        )
    return timed


def _content(body: bytes) -> bytes:
    return body[body.find(b'"entry"') :]
