"""FHIRPath: this engine beside fhirpathpy, in the same run, on the same expressions and examples.

`python -m bench.fhirpath [archive of the R4 examples]`
"""

from __future__ import annotations

import json
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from seve.fhir import path
from seve.fhir.definitions import core
from seve.fhir.path.model import concrete

ARCHIVES = (Path(".cache/npm/hl7.fhir.r4.examples-4.0.1.tgz"),)
EXAMPLES = {
    "Observation": ("Observation-blood-pressure.json", "Observation-f001.json", "Observation-example.json"),
    "Patient": ("Patient-example.json", "Patient-f001.json", "Patient-glossy.json"),
}
ROUNDS = 5


def main() -> None:
    """Print the table."""
    archive = next((Path(given) for given in (*sys.argv[1:], *ARCHIVES) if Path(given).exists()), None)
    if archive is None:
        sys.exit(f"no archive of the R4 examples at {ARCHIVES[0]}")
    print(
        f"{'search parameters':24}{'expressions':>12}{'seve µs':>10}{'general µs':>12}{'fhirpathpy µs':>15}{'times':>8}"
    )
    for kind, names in EXAMPLES.items():
        _search_parameters(kind, [_read(archive, name) for name in names])
    print(f"\n{'constraints of':24}{'evaluations':>12}{'µs in all':>10}{'µs each':>12}")
    for name in (*EXAMPLES["Observation"], *EXAMPLES["Patient"]):
        _constraints(name, _read(archive, name))


def _read(archive: Path, name: str) -> dict[str, Any]:
    with tarfile.open(archive) as members:
        content = members.extractfile(f"package/{name}")
        assert content is not None
        return json.loads(content.read(), parse_float=Decimal)


def _search_parameters(kind: str, resources: list[dict[str, Any]]) -> None:
    from fhirpathpy import compile as compile_
    from fhirpathpy.models import models

    make: Any = compile_  # its type hints ask for a context that its code does without
    found = core().resources("SearchParameter").values()
    stated = sorted({p["expression"] for p in found if kind in p.get("base", ()) and "expression" in p})
    expressions = [text for text in stated if _can(make(text, models["r4"]), resources)]
    ours = [path.compile(expression, root_type=kind) for expression in expressions]
    general = [path.compile(expression) for expression in expressions]
    theirs = [make(expression, models["r4"]) for expression in expressions]
    fast = _best(lambda: [one.evaluate(resource) for resource in resources for one in ours])
    slow = _best(lambda: [one.evaluate(resource) for resource in resources for one in general])
    other = _best(lambda: [one(resource) for resource in resources for one in theirs], rounds=2)
    each = 1e6 / (len(expressions) * len(resources))
    print(
        f"{kind:24}{f'{len(ours)} of {len(stated)}':>12}{fast * each:10.2f}{slow * each:12.2f}{other * each:15.1f}{other / fast:8.0f}"
    )


def _can(evaluate: Callable[[Any], object], resources: list[dict[str, Any]]) -> bool:
    """Whether fhirpathpy has an answer: `as` on several items is an error to it."""
    try:
        for resource in resources:
            evaluate(resource)
    except Exception:  # noqa: BLE001 - whatever it raises, the expression is left out of the comparison
        return False
    return True


def _constraints(name: str, resource: dict[str, Any]) -> None:
    checks = list(_checks(resource, resource["resourceType"], sibling=None, resource=resource))

    def run() -> None:
        for holds, value, type_name, sibling, owner in checks:
            holds(value, type_name=type_name, root=resource, resource=owner, sibling=sibling)

    took = _best(run)
    print(f"{name:34}{len(checks):2}{took * 1e6:10.0f}{took * 1e6 / len(checks):12.2f}")


def _checks(value: Any, type_name: str, *, sibling: Any, resource: Any) -> Iterator[tuple[Any, ...]]:
    type_name = concrete(type_name, value)
    schema = core().type(type_name)
    if schema is None:
        return
    owner = value if type_name in core().resource_types else resource
    for rule in schema.constraints:
        yield path.compile(rule.expression, root_type=type_name).holds, value, type_name, sibling, owner
    for element in schema.elements.values() if isinstance(value, dict) else ():
        for key, inner_type in element.keys.items():
            found, extra = value.get(key), value.get(f"_{key}")
            for inner in found if isinstance(found, list) else [found] if found is not None or extra else []:
                extra = None if isinstance(extra, list) else extra
                stated = {rule.key for rule in schema_constraints(inner_type, inner)}
                for rule in element.constraints:
                    if rule.key not in stated:
                        compiled = path.compile(rule.expression, root_type=concrete(inner_type, inner))
                        yield compiled.holds, inner, concrete(inner_type, inner), extra, owner
                yield from _checks(inner, inner_type, sibling=extra, resource=owner)


def schema_constraints(type_name: str, value: Any) -> tuple[Any, ...]:
    """The constraints that a type states itself, so that none is counted twice."""
    schema = core().type(concrete(type_name, value))
    return schema.constraints if schema else ()


def _best(work: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    work()
    return min(_timed(work) for _ in range(rounds))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
