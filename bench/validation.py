"""Measures decoding, structure and validation: `python -m bench.validation` (the R4 examples must be in `.cache/npm`).

Each figure is the best of several rounds, in microseconds a resource, on one core. The named examples find their narrative
already judged, which a new one costs 50 to 90 µs; the corpus judges each anew.
"""

from __future__ import annotations

import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from seve.fhir.codec import json
from seve.fhir.codec.shapes import decoder
from seve.fhir.codec.xml import decode as decode_xml
from seve.fhir.codec.xml import encode as encode_xml
from seve.fhir.definitions import core
from seve.fhir.validation.validator import Validator
from seve.kernel.refusals import Malformed

ARCHIVE = Path(__file__).parents[1] / ".cache" / "npm" / "hl7.fhir.r4.examples-4.0.1.tgz"
NAMED = ("Observation-f001", "Observation-blood-pressure", "Patient-f001", "Patient-example", "Encounter-f001")
TYPICAL_BYTES = 6_000
ROUNDS = 7


def main() -> None:
    """Prints the figures."""
    started = time.perf_counter()
    decoder()
    print(f"all R4 types built in {(time.perf_counter() - started) * 1000:.0f} ms")
    everything = dict(_examples())
    for name in NAMED:
        _figures(name, [everything[name]])
    typical = [raw for raw in everything.values() if len(raw) <= TYPICAL_BYTES]
    _figures(f"{len(typical)} examples up to {TYPICAL_BYTES} bytes", typical)


def _figures(title: str, raws: list[bytes]) -> None:
    validator = Validator(core())
    right = [(raw, resource) for raw in raws if (resource := _read(raw)) is not None]
    size = sum(len(raw) for raw, _ in right) // len(right)
    xmls = [encode_xml(resource) for _, resource in right]
    figures = {
        "parse": _best(lambda: [json.parse(raw) for raw, _ in right]),
        "structure": _best(lambda: [json.check(raw, resource) for raw, resource in right]),
        "decode (both)": _best(lambda: [json.decode(raw) for raw, _ in right]),
        "validate": _best(lambda: [validator.validate(resource) for _, resource in right]),
        "encode": _best(lambda: [json.encode(resource) for _, resource in right]),
        "decode XML": _best(lambda: [decode_xml(xml) for xml in xmls]),
        "encode XML": _best(lambda: [encode_xml(resource) for _, resource in right]),
    }
    shown = ", ".join(f"{name} {seconds / len(right) * 1e6:.0f}" for name, seconds in figures.items())
    print(f"{title} ({size} bytes): {shown}")


def _best(work: Callable[[], Any]) -> float:
    seconds: list[float] = []
    started = time.perf_counter()
    while len(seconds) < ROUNDS or (time.perf_counter() - started < 0.2):
        before = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - before)
        if time.perf_counter() - started > 10:
            break
    return min(seconds)


def _read(raw: bytes) -> dict[str, Any] | None:
    try:
        return json.decode(raw)
    except Malformed:
        return None


def _examples() -> Iterator[tuple[str, bytes]]:
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name.endswith(".json") else None
            if stream is not None and not member.name.endswith(("package.json", ".index.json")):
                yield member.name.removeprefix("package/").removesuffix(".json"), stream.read()


if __name__ == "__main__":
    main()
