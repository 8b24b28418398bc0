"""Measures how fast lives are invented: `python -m bench.territory [--patients N]`.

One process first (its processor time, so that other work beside it counts less), the encoder apart; then all cores into files,
by the clock, as `seve territory write` does.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.main import peopling
from seve.main.progress import Progress
from seve.territory.generating import Terms, around, record

TERMS = Terms("bench")


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=1000)
    options = parser.parse_args()
    number = sum(1 for _ in around(TERMS))
    print(f"directory: {number} resources")
    _alone(min(options.patients, 300))
    _together(options.patients)


def _alone(patients: int) -> None:
    started = time.process_time()
    resources: list[Resource] = [resource for at in range(patients) for resource in record(TERMS, at).resources]
    made = time.process_time() - started
    started = time.process_time()
    size = sum(len(encode_json(resource)) for resource in resources)
    encoded = time.process_time() - started
    number = len(resources)
    print(f"one process: {number / made:,.0f} resources/s of processor time, {patients / made:,.0f} patients/s")
    print(f"  encoding beside: {encoded / number * 1e6:.1f} µs a resource of {size / number:,.0f} bytes")
    print(f"  both: {number / (made + encoded):,.0f} resources/s; {number / patients:,.0f} resources a patient")


def _together(patients: int) -> None:
    with tempfile.TemporaryDirectory(prefix="seve-bench-") as folder, Progress("bench") as progress:
        started = time.monotonic()
        written = peopling.write(Path(folder) / "territory", TERMS, patients=patients, progress=progress)
        seconds = time.monotonic() - started
    rate = f"{written.resources / seconds:,.0f} resources/s, {written.patients / seconds:,.0f} patients/s by the clock"
    print(f"all cores, to files: {rate}")


if __name__ == "__main__":
    main()
