"""Views and data made at random: DuckDB and compiled Python give the same rows, or refuse the same resources."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seve.fhir.codec import encode_json
from seve.fhir.views import parse_view
from seve.lake import Ndjson, run_view

PATHS = [
    "id",
    "getResourceKey()",
    "active",
    "active.not()",
    "gender = 'male' and active",
    "name.family.first()",
    "name.family",
    "name.given.join(', ')",
    "name.exists()",
    "name.where(use = 'official').given.first()",
    "name.exists(use = 'old' or family = 'b')",
    "name.count()",
    "name[1].family",
    "name.last().given.count() > 1",
    "multipleBirth.ofType(integer)",
    "multipleBirth.ofType(integer) + 1 > 2",
    "multipleBirth.exists()",
    "managingOrganization.getReferenceKey(Organization)",
    "managingOrganization.getReferenceKey()",
    "generalPractitioner.getReferenceKey(Practitioner)",
    "extension('u').value.ofType(decimal)",
    "extension('u').first().value.ofType(decimal) >= 1.5",
    "extension('u').first().value.ofType(string) & '!'",
    "iif(active, 'yes', 'no')",
    "name.family = 'a'",
    "name.family != 'a'",
    "gender in ('male' | 'other')",
    "gender.startsWith('m')",
    "gender.matches('^m')",
    "birthDate",
]
FOCI = {
    "name": ["family", "given", "given.join('')", "%rowIndex", "use = 'official'", "%resource.id"],
    "name.given": ["$this", "%rowIndex", "$this = 'a'"],
    "name.where(use = 'official')": ["family", "given.exists()"],
    "contact": ["name.family", "telecom.value", "telecom.where(system = 'phone').value.first()"],
    "contact.telecom": ["system", "value", "%rowIndex"],
    "maritalStatus.coding": ["code", "system"],
}
CONDITIONS = [
    "active",
    "name.exists()",
    "gender = 'male' or active",
    "name.family = 'a'",
    "multipleBirth.ofType(integer) > 1",
]


@st.composite
def views(draw: st.DrawFn) -> dict[str, Any]:
    count = iter(range(1000))

    def columns(paths: list[str]) -> list[dict[str, Any]]:
        chosen = draw(st.lists(st.sampled_from(paths), min_size=1, max_size=3))
        return [{"path": path, "name": f"c{next(count)}", "collection": draw(st.booleans())} for path in chosen]

    def select(depth: int) -> dict[str, Any]:
        focus = draw(st.sampled_from([None, *FOCI]))
        found: dict[str, Any] = {"column": columns(PATHS if focus is None else FOCI[focus])}
        if focus is not None:
            found[draw(st.sampled_from(["forEach", "forEachOrNull"]))] = focus
        if depth and focus is None and draw(st.booleans()):
            found["select"] = [select(depth - 1)]
        if depth and focus in {None, "contact"} and draw(st.booleans()):
            name = f"c{next(count)}"
            inner = {"forEach": "telecom", "column": [{"path": "value", "name": name}]} if focus else None
            first = inner or {"forEach": "name", "column": [{"path": "family", "name": name}]}
            path = "gender" if focus else "id"
            found["unionAll"] = [first, {"column": [{"path": path, "name": name, "type": "string"}]}]
            first["column"][0]["type"] = "string"
        return found

    where = draw(st.lists(st.sampled_from(CONDITIONS), max_size=2))
    return {
        "resource": "Patient",
        "select": [select(1) for _ in range(draw(st.integers(1, 2)))],
        "where": [{"path": path} for path in where],
    }


TEXTS = st.sampled_from(["a", "b", "c’d", "", "null", 'é\n"x'])
NAMES = st.fixed_dictionaries(
    {}, optional={"family": TEXTS, "use": st.sampled_from(["official", "old"]), "given": st.lists(TEXTS, max_size=3)}
)
CONTACTS = st.fixed_dictionaries(
    {},
    optional={
        "gender": TEXTS,
        "name": NAMES,
        "telecom": st.lists(
            st.fixed_dictionaries({}, optional={"value": TEXTS, "system": st.just("phone")}), max_size=3
        ),
    },
)
REFERENCES = st.sampled_from(
    ["Organization/o", "Practitioner/p", "Organization/o/_history/2", "#x", "urn:uuid:1", "a/b/c"]
)
NUMBERS = st.sampled_from(
    [Decimal("1.5"), Decimal("1.50"), Decimal(2), 3, Decimal("0.1234567895"), Decimal("123456789.25"), Decimal("1e-3")]
)
EXTENSIONS = st.one_of(
    st.fixed_dictionaries({"url": st.sampled_from(["u", "v"]), "valueDecimal": NUMBERS}),
    st.fixed_dictionaries({"url": st.just("u"), "valueString": TEXTS}),
)
PATIENTS = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(["Patient", "Patient", "Patient", "Observation"])},
    optional={
        "id": TEXTS,
        "active": st.booleans(),
        "gender": st.sampled_from(["male", "female"]),
        "birthDate": st.sampled_from(["1970", "1985-02-03"]),
        "_birthDate": st.just({"id": "x"}),
        "name": st.lists(NAMES, max_size=3),
        "contact": st.lists(CONTACTS, max_size=2),
        "extension": st.lists(EXTENSIONS, max_size=2),
        "multipleBirthInteger": st.integers(0, 3),
        "maritalStatus": st.fixed_dictionaries(
            {}, optional={"coding": st.lists(st.fixed_dictionaries({"code": TEXTS}))}
        ),
        "managingOrganization": st.fixed_dictionaries({}, optional={"reference": REFERENCES}),
        "generalPractitioner": st.lists(st.fixed_dictionaries({"reference": REFERENCES}), max_size=2),
    },
)


def outcome(definition: dict[str, Any], source: Ndjson, *, runner: Any) -> tuple[list[str], list[str]]:
    run = run_view(parse_view(definition), source, runner=runner, processes=1, on_error="report")
    rows = sorted(json.dumps(row, default=str, sort_keys=True) for row in run.table().to_pylist())
    return rows, sorted(f"{problem.resource} {problem.column} {problem.reason}" for problem in run.problems.first)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("differential") / "patients.ndjson"


@given(views(), st.lists(PATIENTS, min_size=1, max_size=6))
@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
def test_duckdb_and_python_give_the_same(
    file: Path, definition: dict[str, Any], patients: list[dict[str, Any]]
) -> None:
    file.write_bytes(b"".join(encode_json(patient) + b"\n" for patient in patients))
    source = Ndjson((file,))
    assert outcome(definition, source, runner="duckdb") == outcome(definition, source, runner="python")
