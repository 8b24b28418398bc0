"""How long the index entries of a resource take: `python bench/extraction.py <folder of FHIR JSON, bundles or resources>`."""

from __future__ import annotations

import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from seve.fhir.definitions import core
from seve.fhir.search.extraction import extract
from seve.fhir.search.parameters import SearchParameters

_ROUNDS = 3


def main(folder: str) -> None:
    """Print microseconds and rows a resource, by type, for files of at most 200."""
    parameters = SearchParameters(core())
    by_type = _read(Path(folder))
    everything = [resource for resources in by_type.values() for resource in resources]
    for resource in everything[:2000]:
        extract(resource, parameters=parameters)
    print(f"{'all types':24} {len(everything):6} {_microseconds(everything, parameters):8.1f} µs")
    for type_, resources in sorted(by_type.items()):
        entries = [extract(r, parameters=parameters) for r in resources]
        rows = {
            name: round(sum(len(getattr(e, name)) for e in entries) / len(entries), 1)
            for name in ("postings", "links", "strings", "prefixes", "moments", "quantities")
        }
        print(f"{type_:24} {len(resources):6} {_microseconds(resources, parameters):8.1f} µs  {rows}")


def _microseconds(resources: list[dict[str, Any]], parameters: SearchParameters) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        start = perf_counter()
        for resource in resources:
            extract(resource, parameters=parameters)
        best = min(best, perf_counter() - start)
    return best / len(resources) * 1e6


def _read(folder: Path) -> dict[str, list[dict[str, Any]]]:
    decoder = msgspec.json.Decoder(float_hook=Decimal)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in sorted(folder.glob("*.json"))[:200]:
        document = decoder.decode(file.read_bytes())
        for entry in document.get("entry", [{"resource": document}]):
            if "resource" in entry and "resourceType" in entry["resource"]:
                found[entry["resource"]["resourceType"]].append(entry["resource"])
    return found


if __name__ == "__main__":
    main(sys.argv[1])
