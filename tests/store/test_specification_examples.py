"""Every example of the R4 specification that its own rules accept is stored and read back equal."""

from __future__ import annotations

import asyncio
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seve.engine.access import open_grant
from seve.engine.dispatch import perform
from seve.engine.engine import Engine
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.codec import decode_json
from seve.fhir.codec.json import parse
from seve.kernel.refusals import Refusal

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT / ".cache" / "npm" / "hl7.fhir.r4.examples-4.0.1.tgz"
REFUSED = ROOT / "tests" / "unit" / "fhir" / "validation" / "refused_examples.toml"
AT_ONCE = 32


def examples() -> Iterator[tuple[str, bytes]]:
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream and member.name.endswith(".json") and not member.name.endswith("package.json"):
                yield Path(member.name).stem, stream.read()


def known() -> set[str]:
    sections = tomllib.loads(REFUSED.read_text(encoding="utf-8"))
    return {name for section in sections.values() for name in section}


@pytest.mark.slow
@pytest.mark.skipif(
    not ARCHIVE.exists(), reason="the R4 examples were not fetched: run `make setup` where the registry is reached"
)
async def test_every_example_is_stored_and_read_back_equal(engine: Engine) -> None:
    refused: set[str] = set()
    differing: list[str] = []
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, raw: bytes) -> None:
        async with slots:
            try:
                resource = decode_json(raw)
                resource.setdefault("id", name[:64])
                path = f"{resource['resourceType']}/{resource['id']}"
                await perform(engine, open_grant(), Request("PUT", path, resource=resource))
            except Refusal:
                refused.add(name)
                return
            answer = await perform(engine, open_grant(), Request("GET", path))
            if without_stamp(parse(str(answer.body).encode())) != without_stamp(resource):
                differing.append(name)

    seen = 0
    pending: list[asyncio.Task[None]] = []
    for name, raw in examples():
        seen += 1
        pending.append(asyncio.create_task(one(name, raw)))
        if len(pending) == AT_ONCE:
            await asyncio.gather(*pending)
            pending.clear()
    await asyncio.gather(*pending)
    assert seen == 5_306
    assert differing == []
    assert refused == known()


def without_stamp(resource: Resource) -> dict[str, Any]:
    meta = {key: value for key, value in resource.get("meta", {}).items() if key not in ("versionId", "lastUpdated")}
    return {**{key: value for key, value in resource.items() if key != "meta"}, **({"meta": meta} if meta else {})}
