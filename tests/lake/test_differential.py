"""Views and data made at random: DuckDB and compiled Python give the same rows, or refuse the same resources."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.whole import of

from seve.fhir.codec import encode_json
from seve.fhir.views import parse_view
from seve.lake import Ndjson, run_view
from seve.lake.sql import NotInSqlError, query

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
    "birthDate.lowBoundary()",
    "birthDate.highBoundary()",
    "birthDate.highBoundary(6)",
    "deceased.ofType(dateTime).lowBoundary()",
    "deceased.ofType(dateTime).highBoundary()",
    "meta.lastUpdated.highBoundary()",
    "multipleBirth.ofType(integer).lowBoundary()",
    "multipleBirth.ofType(integer) * 3 - 2",
    "-multipleBirth.ofType(integer)",
    "multipleBirth.ofType(integer) / 7",
    "(multipleBirth.ofType(integer) - 2) div 2",
    "(multipleBirth.ofType(integer) - 2) mod 2",
    "7 div multipleBirth.ofType(integer)",
    "multipleBirth.ofType(integer) + 2147483646",
    "extension('u').first().value.ofType(decimal).lowBoundary()",
    "extension('u').first().value.ofType(decimal).highBoundary()",
    "extension('u').first().value.ofType(decimal) * extension('v').first().value.ofType(decimal)",
    "extension('u').first().value.ofType(decimal) * -2.5",
    "extension('u').first().value.ofType(decimal) / extension('v').first().value.ofType(decimal)",
    "extension('u').first().value.ofType(decimal) / 3",
    "1 / extension('u').first().value.ofType(decimal)",
    "extension('t').first().value.ofType(time).lowBoundary()",
    "extension('t').first().value.ofType(time).highBoundary()",
    "name.given.skip(1).first()",
    "name.family.take(2).count()",
    "name.tail().exists()",
]
FOCI = {
    "name": ["family", "given", "given.join('')", "%rowIndex", "use = 'official'", "%resource.id"],
    "name.given": ["$this", "%rowIndex", "$this = 'a'"],
    "name.where(use = 'official')": ["family", "given.exists()"],
    "contact": ["name.family", "telecom.value", "telecom.where(system = 'phone').value.first()"],
    "contact.telecom": ["system", "value", "%rowIndex"],
    "maritalStatus.coding": ["code", "system"],
}
REPEATS = [["extension"], ["extension", "extension.extension"], ["extension.where(url = 'u')"], ["modifierExtension"]]
REPEATED = [
    "url",
    "%rowIndex",
    "%resource.id",
    "extension.count()",
    "extension.exists()",
    "extension.url",
    "value.ofType(decimal)",
    "value.ofType(decimal).lowBoundary()",
    "value.ofType(string)",
    "value.ofType(time).highBoundary()",
]
CONDITIONS = [
    "active",
    "name.exists()",
    "gender = 'male' or active",
    "name.family = 'a'",
    "multipleBirth.ofType(integer) > 1",
]


def united(name: str, *, is_contact: bool) -> list[dict[str, Any]]:
    of_list, path, other = ("telecom", "value", "gender") if is_contact else ("name", "family", "id")
    return [
        {"forEach": of_list, "column": [{"path": path, "name": name, "type": "string"}]},
        {"column": [{"path": other, "name": name, "type": "string"}]},
    ]


def columns(draw: st.DrawFn, count: Iterator[int], paths: list[str]) -> list[dict[str, Any]]:
    chosen = draw(st.lists(st.sampled_from(paths), min_size=1, max_size=3))
    return [{"path": path, "name": f"c{next(count)}", "collection": draw(st.booleans())} for path in chosen]


def repeat(draw: st.DrawFn, count: Iterator[int], depth: int) -> dict[str, Any]:
    column = columns(draw, count, REPEATED)
    found: dict[str, Any] = {"repeat": draw(st.sampled_from(REPEATS)), "column": column}
    if depth and draw(st.booleans()):
        inner: dict[str, Any] = {"forEachOrNull": "extension", "column": columns(draw, count, REPEATED)}
        found["select"] = [draw(st.sampled_from([inner, repeat(draw, count, depth - 1)]))]
    return found


@st.composite
def views(draw: st.DrawFn) -> dict[str, Any]:
    count = iter(range(1000))

    def select(depth: int) -> dict[str, Any]:
        if draw(st.integers(0, 4)) == 0:
            return repeat(draw, count, 1)
        focus = draw(st.sampled_from([None, *FOCI]))
        found: dict[str, Any] = {"column": columns(draw, count, PATHS if focus is None else FOCI[focus])}
        if focus is not None:
            found[draw(st.sampled_from(["forEach", "forEachOrNull"]))] = focus
        if depth and focus is None and draw(st.booleans()):
            found["select"] = [select(depth - 1)]
        if depth and focus in {None, "contact"} and draw(st.booleans()):
            found["unionAll"] = united(f"c{next(count)}", is_contact=focus is not None)
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
    [
        Decimal("-2.0"),
        Decimal("12.345678"),
        Decimal(0),
        Decimal("999999.12345678"),
        Decimal("1.5"),
        Decimal("1.50"),
        Decimal(2),
        3,
        Decimal("0.1234567895"),
        Decimal("123456789.25"),
        Decimal("1e-3"),
    ]
)
TIMES = st.sampled_from(["10:20", "10:20:30", "23:59:59.5", "00:00:00.1234", "24:00:00", "10", "23:59:60"])
MOMENTS = st.sampled_from(
    [
        "1970",
        "2024-02",
        "2023-02",
        "2024-02-30",
        "0000",
        "2024-02-29T10:00:00Z",
        "2024-02-29T10:00:00.5-03:30",
        "2024-02-29T10:00+00:00",
        "2024-02-29T10:00:00.1239+14:00",
        "2024-02-29T10:00:00",
    ]
)
LEAVES = st.one_of(
    st.fixed_dictionaries({"url": st.sampled_from(["u", "v"]), "valueDecimal": NUMBERS}),
    st.fixed_dictionaries({"url": st.just("u"), "valueString": TEXTS}),
    st.fixed_dictionaries({"url": st.just("t"), "valueTime": TIMES}),
)


@st.composite
def extensions(draw: st.DrawFn) -> dict[str, Any]:
    """A leaf, a bush, or a chain longer than any that SQL writes out."""
    found = draw(LEAVES)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 5, 13]))):
        found = {"url": draw(st.sampled_from(["u", "v"])), "extension": [*draw(st.lists(LEAVES, max_size=1)), found]}
    return found


PATIENTS = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(["Patient", "Patient", "Patient", "Observation"])},
    optional={
        "id": TEXTS,
        "active": st.booleans(),
        "gender": st.sampled_from(["male", "female"]),
        "birthDate": st.sampled_from(["1970", "1985-02-03", "1900-02", "2023-02-29"]),
        "deceasedDateTime": MOMENTS,
        "meta": st.fixed_dictionaries({"lastUpdated": MOMENTS}),
        "_birthDate": st.just({"id": "x"}),
        "name": st.lists(NAMES, max_size=3),
        "contact": st.lists(CONTACTS, max_size=2),
        "extension": st.lists(extensions(), max_size=2),
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


def is_too_long(definition: dict[str, Any]) -> bool:
    """Whether SQL says it, at too great a length: any other reason is a failure."""
    try:
        query(parse_view(definition))
    except NotInSqlError as error:
        if error.expression != "ViewDefinition.select":
            raise
        return True
    return False


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("differential") / "patients.ndjson"


@given(views(), st.lists(PATIENTS, min_size=1, max_size=6))
@settings(
    deadline=None,
    max_examples=of(40, whole=150),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_duckdb_and_python_give_the_same(
    file: Path, definition: dict[str, Any], patients: list[dict[str, Any]]
) -> None:
    file.write_bytes(b"".join(encode_json(patient) + b"\n" for patient in patients))
    source = Ndjson((file,))
    assume(not is_too_long(definition))
    assert outcome(definition, source, runner="duckdb") == outcome(definition, source, runner="python")
