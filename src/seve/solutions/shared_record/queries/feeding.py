"""Which software feeds records, and what is refused to it: what the audit trail says. No health data is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seve.fhir import Resource
from seve.sdk import Records

_MOST = 2_000
_SENDER = "110153"
"""DICOM's code of what a write came from (CID 402, source role)."""


@dataclass(frozen=True, slots=True)
class Feeder:
    """A software, "" for the pages of Sève: how many writes came through by type of resource, how many were refused, and the last."""

    name: str
    counts: tuple[tuple[str, int], ...]
    refused: int
    last: str

    @property
    def total(self) -> int:
        """What it brought."""
        return sum(number for _, number in self.counts)


async def feeders(records: Records) -> tuple[Feeder, ...]:
    """By the newest 2,000 entries of each kind of write (create, update), the most active first."""
    found = await asyncio.gather(
        *(records.every("AuditEvent", ("action", action), most=_MOST) for action in ("C", "U"))
    )
    return counted(one for part in found for one in part)


def counted(events: Iterable[Resource]) -> tuple[Feeder, ...]:
    """Who brought how much, by AuditEvents."""
    counts, refused, last = dict[str, dict[str, int]](), dict[str, int](), dict[str, str]()
    for one in events:
        name = _software(one)
        types = counts.setdefault(name, {})
        last[name] = max(last.get(name, ""), one.get("recorded", ""))
        if one.get("outcome", "0") != "0":
            refused[name] = refused.get(name, 0) + 1
            continue
        for type_ in set(_types(one)):
            types[type_] = types.get(type_, 0) + 1
    made = [
        Feeder(name, tuple(sorted(types.items())), refused.get(name, 0), last[name]) for name, types in counts.items()
    ]
    return tuple(sorted(made, key=lambda one: (-one.total, one.name)))


def _software(event: Resource) -> str:
    """The application that sent it, by its identifier; without one it came from our own pages."""
    for agent in event.get("agent", ()):
        codes = {coding.get("code") for coding in agent.get("type", {}).get("coding", ())}
        if _SENDER in codes:
            return str(agent.get("who", {}).get("identifier", {}).get("value", ""))
    return ""


def _types(event: Resource) -> Iterator[str]:
    """The types of what was written; the patient whom it is about is named beside it."""
    references = [one.get("what", {}).get("reference", "") for one in event.get("entity", ())]
    others = [one.partition("/")[0] for one in references if "/" in one and not one.startswith("Patient/")]
    yield from others or [one.partition("/")[0] for one in references if "/" in one]
