"""Load data: the Synthea bundles of `../shared/conformance/synthea`, and re-identified copies of them."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from bench import queries

SHARED = Path(__file__).parents[2] / "shared" / "conformance" / "synthea" / "bundles.tar.xz"
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_FAMILY = re.compile(rb'"family":"([^"]+)"')
_PER_TYPE = 6


@cache
def bundles() -> list[bytes]:
    """The 40 transaction bundles as compact JSON. Raises FileNotFoundError where the shared folder is not."""
    with tarfile.open(SHARED) as archive:
        streams = [archive.extractfile(member) for member in archive if member.name.endswith(".json")]
        return [msgspec.json.format(stream.read(), indent=-1) for stream in streams if stream]


@cache
def thin_bundles() -> list[bytes]:
    """The same patients with at most six resources of each type: what the search benchmark grows to many patients."""
    return [msgspec.json.encode(_thinned(msgspec.json.decode(raw))) for raw in bundles()]


def copies(sources: list[bytes], number: int) -> Iterator[bytes]:
    """`number` bundles: the sources in turn, each round with identities and family names of its own."""
    for index in range(number):
        turn, source = divmod(index, len(sources))
        yield reidentified(sources[source], turn)


def reidentified(raw: bytes, turn: int) -> bytes:
    """A bundle with every UUID shifted by `turn`, and family names marked with it; the first turn is the original."""
    if not turn:
        return raw
    renamed = _FAMILY.sub(lambda found: b'"family":"%s%d"' % (found[1], turn), raw)
    return _UUID.sub(lambda found: _shifted(found[0], turn), renamed)


def resources(raw: bytes) -> list[dict[str, Any]]:
    """The resources of a bundle, references between them made relative."""
    bundle = msgspec.json.decode(raw)
    places = {e["fullUrl"].encode(): f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]}
    text = raw
    for full_url, place in places.items():
        text = text.replace(b'"' + full_url + b'"', b'"' + place.encode() + b'"')
    return [entry["resource"] for entry in msgspec.json.decode(text)["entry"]]


def _shifted(found: bytes, turn: int) -> bytes:
    value = UUID(found.decode()).int ^ (turn * 0x9E3779B97F4A7C15F39CC0605CEDC835 & (1 << 128) - 1)
    return str(UUID(int=value)).encode()


def _thinned(bundle: dict[str, Any]) -> dict[str, Any]:
    counts: dict[str, int] = {}
    kept: list[Any] = []
    for entry in bundle["entry"]:
        type_ = entry["resource"]["resourceType"]
        counts[type_] = counts.get(type_, 0) + 1
        if counts[type_] <= _PER_TYPE or type_ in ("Encounter", "Organization", "Practitioner"):
            kept.append(entry)
    return {**bundle, "entry": kept}


def written(folder: Path, bundles: Iterable[bytes], *, with_extra: bool = False) -> int:
    """Bundles as files of 20 each (NDJSON of resources when `with_extra`); how many resources they hold."""
    count = 0
    for number, raw in enumerate(bundles):
        if not with_extra:
            (folder / f"{number:06}.json").write_bytes(raw)
            count += raw.count(b'"fullUrl"')
            continue
        rows = resources(raw)
        patient = next(r["id"] for r in rows if r["resourceType"] == "Patient")
        rows += queries.extra(patient, number)
        with (folder / f"{number // 50:06}.ndjson").open("ab") as file:
            file.writelines(msgspec.json.encode(row) + b"\n" for row in rows)
        count += len(rows)
    return count
