"""The 5,306 examples of the R4 specification, read from the pinned npm package; tests skip when it isn't there."""

from __future__ import annotations

import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
ARCHIVE = ROOT / ".cache" / "npm" / "hl7.fhir.r4.examples-4.0.1.tgz"
REFUSED = tomllib.loads((ROOT / "tests/unit/fhir/validation/refused_examples.toml").read_text(encoding="utf-8"))
SHARED = ROOT.parent / "shared"


def examples(*, stride: int = 1, largest: int | None = None) -> Iterator[tuple[str, bytes]]:
    """Every `stride`th example by name with its JSON, those above `largest` bytes left out."""
    if not ARCHIVE.exists():
        pytest.skip("the R4 examples are not in .cache/npm: run tools/fetch.py")
    with tarfile.open(ARCHIVE) as archive:
        members = [
            m for m in archive if m.name.endswith(".json") and not m.name.endswith(("package.json", ".index.json"))
        ]
        for member in sorted(members, key=lambda m: m.name)[::stride]:
            if largest is None or member.size <= largest:
                stream = archive.extractfile(member)
                assert stream is not None
                yield member.name.removeprefix("package/").removesuffix(".json"), stream.read()
