"""The cases of SQL on FHIR v2, and rows in a form that compares."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2].parent / "shared" / "conformance" / "sql-on-fhir"


def cases() -> Iterator[tuple[str, list[Any], dict[str, Any]]]:
    for file in sorted(FOLDER.glob("*.json")):
        suite = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
        for case in suite["tests"]:
            yield f"{file.stem}: {case['title']}", suite["resources"], case


def as_bag(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps({name: _as_float(value) for name, value in row.items()}, sort_keys=True) for row in rows)


def _as_float(value: Any) -> Any:
    return float(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value
