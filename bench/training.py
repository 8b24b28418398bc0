"""Estimates the weights of matching with splink: `python -m bench.training [--people N]` writes `weights.json`.

splink is needed for this alone (the extra `training`), not to run Sève. It compares records by our own function, handed to
DuckDB, so that the levels it estimates for are those that are scored with: m by expectation maximisation, u from random pairs.
It also says what one comparison costs in splink itself, which is why the server scores with the weights alone.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module, resources
from pathlib import Path
from random import Random
from typing import Any

from bench.people import again, beings
from seve.engine.identity.matching.comparing import LEVELS, compared
from seve.engine.identity.matching.portraits import Portrait
from seve.fhir.codec.json import parse

PRIOR = 1e-6
"""Two records drawn at random from a million are of one person about so often."""

_LEAST = {"m": 1e-3, "u": 1e-5}
"""What the sample never showed still happens."""
_RANDOM_PAIRS = 400_000.0
_BLOCKS = ("l.birth_date = r.birth_date", "l.family = r.family AND l.given = r.given")


def main() -> None:
    """Trains and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    options = parser.parse_args()
    began = time.monotonic()
    linker, _ = _linker(list(records(options.people, Random(1))))
    linker.training.estimate_probability_two_random_records_match(list(_BLOCKS), recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=1)
    for block in _BLOCKS:
        linker.training.estimate_parameters_using_expectation_maximisation(block, fix_u_probabilities=True)
    weights = _weights(linker.misc.save_model_to_json())
    path = Path(str(resources.files("seve.engine.identity.matching").joinpath("weights.json")))
    path.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    print(f"{path.name} from {options.people:,} people in {time.monotonic() - began:.0f} s")
    _latency(linker)


def records(count: int, random: Random) -> Iterator[dict[str, Any]]:
    """Two records of each person, as splink takes them; `portrait` carries the whole Patient."""
    for being in beings(count, random):
        for copy, told in enumerate((being, again(being, random))):
            patient = told.patient(f"{being.number}-{copy}")
            portrait = Portrait.of(patient)
            yield {
                "unique_id": patient["id"],
                "family": portrait.family,
                "given": " ".join(portrait.given),
                "birth_date": portrait.birth_date,
                "portrait": json.dumps(patient),
            }


def _linker(rows: list[dict[str, Any]]) -> tuple[Any, Any]:
    duckdb, splink, pandas = import_module("duckdb"), import_module("splink"), import_module("pandas")
    connection = duckdb.connect()
    connection.create_function("seve_level", _level, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR")
    settings = {
        "link_type": "dedupe_only",
        "comparisons": [_comparison(name, levels) for name, levels in LEVELS.items()],
        "blocking_rules_to_generate_predictions": list(_BLOCKS),
    }
    api = splink.DuckDBAPI(connection=connection)
    return splink.Linker(pandas.DataFrame(rows), settings, api), api


def _comparison(name: str, levels: tuple[str, ...]) -> dict[str, Any]:
    # splink leaves a comparison out of training within a block by the columns it names, so each names its own
    own = f" AND ({name}_l = {name}_r OR true)" if name in ("family", "given", "birth_date") else ""

    def condition(level: str) -> str:
        return f"seve_level('{name}', portrait_l, portrait_r) = '{level}'{own}"

    null = {"sql_condition": condition("none"), "label_for_charts": "null", "is_null_level": True}
    found = [{"sql_condition": condition(level), "label_for_charts": level} for level in levels[:-1]]
    return {
        "output_column_name": name,
        "comparison_levels": [null, *found, {"sql_condition": "ELSE", "label_for_charts": levels[-1]}],
    }


def _level(name: str, one: str, other: str) -> str:
    return _levels(one, other).get(name, "none")


@lru_cache(maxsize=8_192)
def _levels(one: str, other: str) -> Any:
    return compared(_portrait(one), _portrait(other))


@lru_cache(maxsize=65_536)
def _portrait(text: str) -> Portrait:
    return Portrait.of(parse(text.encode()))


def _weights(model: dict[str, Any]) -> dict[str, Any]:
    comparisons = dict[str, Any]()
    for comparison in model["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        names = LEVELS[comparison["output_column_name"]]
        comparisons[comparison["output_column_name"]] = {
            name: {key: round(max(level.get(f"{key}_probability") or least, least), 6) for key, least in _LEAST.items()}
            for name, level in zip(names, levels, strict=True)
        }
    return {"prior": PRIOR, "comparisons": comparisons}


def _latency(linker: Any) -> None:
    """What a search for one new record costs in splink."""
    [record] = [row for row in records(1, Random(2)) if row["unique_id"].endswith("-1")][:1]
    for attempt in range(3):
        began = time.perf_counter()
        linker.inference.find_matches_to_new_records([{**record, "unique_id": f"new-{attempt}"}], list(_BLOCKS))
        print(f"splink, one new record: {(time.perf_counter() - began) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
