"""Every example of the R4 specification that its own rules accept is stored and read back equal; the others are refused by these rules.

One in five, and all in `make test-whole`.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.unit.fhir.codec.corpus import REFUSED, examples
from tests.whole import IS_WHOLE, of

from seve.engine.access import open_grant
from seve.engine.dispatch import perform
from seve.engine.engine import Engine
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.codec import decode_json
from seve.fhir.codec.json import parse
from seve.kernel.refusals import Refusal

AT_ONCE = 32


@pytest.mark.slow
async def test_every_example_is_stored_and_read_back_equal_or_refused_by_a_known_rule(engine: Engine) -> None:
    refused: dict[str, set[str]] = {}
    differing: list[str] = []
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, raw: bytes) -> None:
        async with slots:
            try:
                resource = decode_json(raw)
                resource.setdefault("id", name[:64])
                path = f"{resource['resourceType']}/{resource['id']}"
                await perform(engine, open_grant(), Request("PUT", path, resource=resource))
            except Refusal as refusal:
                errors = [issue for issue in refusal.issues if issue.severity in ("fatal", "error")]
                refused[name] = {str(issue.fields.get("key", issue.key.rpartition(".")[2])) for issue in errors}
                return
            answer = await perform(engine, open_grant(), Request("GET", path))
            if without_stamp(parse(str(answer.body).encode())) != without_stamp(resource):
                differing.append(name)

    seen = set[str]()
    pending: list[asyncio.Task[None]] = []
    for name, raw in examples(stride=of(5, whole=1)):
        seen.add(name)
        pending.append(asyncio.create_task(one(name, raw)))
        if len(pending) == AT_ONCE:
            await asyncio.gather(*pending)
            pending.clear()
    await asyncio.gather(*pending)
    assert len(seen) == (5_306 if IS_WHOLE else 1_062)
    assert differing == []
    expected = {name: set(rules) for section in REFUSED.values() for name, rules in section.items() if name in seen}
    assert {name: rules for name, rules in refused.items() if expected.get(name) != rules} == {}
    assert refused.keys() == expected.keys()


def without_stamp(resource: Resource) -> dict[str, Any]:
    meta = {key: value for key, value in resource.get("meta", {}).items() if key not in ("versionId", "lastUpdated")}
    return {**{key: value for key, value in resource.items() if key != "meta"}, **({"meta": meta} if meta else {})}
