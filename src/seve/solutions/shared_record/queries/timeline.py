"""The timeline: searches of many types, each in the order of its own date, merged as they are read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from seve.fhir import Resource
from seve.sdk import Records
from seve.solutions.shared_record.model.contents import ContentClass, Source, reimbursed_since, sources
from seve.solutions.shared_record.model.entries import time_of

PAGE = 25
_SEPARATOR, _OVER = "~", "-"
_AT_ONCE = 8
"""What is read of a type before it is known to be needed."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a timeline is narrowed by; `since` and `until` are days, `author` a reference, `words` as people type them."""

    class_: ContentClass | None = None
    since: str = ""
    until: str = ""
    author: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of it, newest first, and the token of the next ("" on the last)."""

    resources: tuple[Resource, ...]
    next: str


@dataclass(slots=True)
class _Stream:
    """One type of resource. `place` is the token of the page that is held, `taken` how much of it was shown."""

    records: Records
    source: Source
    pairs: tuple[tuple[str, str], ...]
    place: str
    taken: int
    held: Sequence[Resource] = field(default_factory=tuple)
    following: str = ""

    async def begin(self) -> None:
        """Reads the page that is to be shown from."""
        found = await self.records.search(self.source.type, *self.pairs, page=self.place)
        self.held, self.following = found.matches, found.next
        await self._go_on()

    async def take(self) -> Resource:
        """The newest that was not shown."""
        found = self.held[self.taken]
        self.taken += 1
        await self._go_on()
        return found

    @property
    def head(self) -> Resource | None:
        """What would be taken."""
        return self.held[self.taken] if self.taken < len(self.held) else None

    async def _go_on(self) -> None:
        if self.taken >= len(self.held) and self.following:
            self.place, self.taken = self.following, 0
            await self.begin()


async def timeline(
    records: Records, patient_id: str, filters: Filters, *, today: str, page: str = "", size: int = PAGE
) -> Timeline:
    """What happened, newest first, `size` entries at most. `page` is a token that a timeline with the same filters and size gave."""
    streams = list(_streams(records, patient_id, filters, today=today, page=page, size=size))
    await asyncio.gather(*(stream.begin() for stream in streams if stream))
    shown = list[Resource]()
    while len(shown) < size and (newest := _newest(streams)):
        shown.append(await newest.take())
    is_over = _newest(streams) is None
    return Timeline(tuple(shown), "" if is_over else _SEPARATOR.join(map(_token, streams)))


def _newest(streams: Iterable[_Stream | None]) -> _Stream | None:
    """The one whose next entry happened last; None when all are over."""
    left = [(time_of(head), stream) for stream in streams if stream and (head := stream.head)]
    return max(left, key=lambda one: one[0])[1] if left else None


def _token(stream: _Stream | None) -> str:
    return f"{stream.place}.{stream.taken}" if stream and stream.head else _OVER


def _streams(
    records: Records, patient_id: str, filters: Filters, *, today: str, page: str, size: int
) -> Iterator[_Stream | None]:
    """A stream for each source; None for those of which a page token says that nothing is left."""
    asked = [one for one in sources(filters.class_) if one.author or not filters.author]
    places = page.split(_SEPARATOR)
    if len(places) != len(asked):  # no token, or that of another timeline: from the beginning
        places = [""] * len(asked)
    for source, place in zip(asked, places, strict=True):
        token, _, taken = place.rpartition(".")
        count = size if size != PAGE else _AT_ONCE
        pairs = (*_pairs(source, patient_id, filters, today), ("_count", str(count)))
        is_over = place == _OVER
        yield None if is_over else _Stream(records, source, pairs, token, int(taken) if taken.isdigit() else 0)


def _pairs(source: Source, patient_id: str, filters: Filters, today: str) -> Iterator[tuple[str, str]]:
    yield "patient", f"Patient/{patient_id}"
    yield from source.query
    since = filters.since
    if source.type in ("ExplanationOfBenefit", "Claim"):
        since = max(since, reimbursed_since(date.fromisoformat(today)).isoformat())
    if since:
        yield source.date, f"ge{since}"
    if filters.until:
        yield source.date, f"le{filters.until}"
    if filters.author:
        yield source.author, filters.author
    for word in filters.words.split():
        yield "_content", word
    yield "_sort", f"-{source.date}"
