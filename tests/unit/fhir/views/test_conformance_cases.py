"""The cases of SQL on FHIR v2: rows, columns in order, and what must be refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from seve.fhir.views import compile_view, parse_view
from seve.kernel.refusals import Refusal

FOLDER = Path(__file__).parents[4].parent / "shared" / "conformance" / "sql-on-fhir"


def cases() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.json")):
        suite = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
        for case in suite["tests"]:
            yield pytest.param(suite["resources"], case, id=f"{file.stem}: {case['title']}")


def as_bag(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps({name: as_float(value) for name, value in row.items()}, sort_keys=True) for row in rows)


def as_float(value: Any) -> Any:
    return float(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


@pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/conformance/sql-on-fhir is not there")
def test_the_cases_are_there() -> None:
    assert sum(1 for _ in cases()) > 90


@pytest.mark.parametrize(("resources", "case"), list(cases()))
@pytest.mark.parametrize("way", ["rows", "general_rows"])
def test_a_case_gives_its_rows(resources: list[Any], case: dict[str, Any], way: str) -> None:
    if case.get("expectError"):
        with pytest.raises(Refusal):
            run(case["view"], resources, way=way)
        return
    names, rows = run(case["view"], resources, way=way)
    assert as_bag(rows) == as_bag(case["expect"])
    assert "expectColumns" not in case or names == case["expectColumns"]


def run(definition: dict[str, Any], resources: list[Any], *, way: str) -> tuple[list[str], list[dict[str, Any]]]:
    compiled = compile_view(parse_view(definition))
    names = [column.name for column in compiled.columns]
    method = getattr(compiled, way)
    return names, [dict(zip(names, row, strict=True)) for resource in resources for row in method(resource)]
