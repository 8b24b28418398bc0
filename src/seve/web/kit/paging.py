"""Pages of a list: by number where the count is known, by previous and next where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Paging:
    """Page `current` of `last`, both from 1, at `path`; `query` is the rest of the address."""

    current: int
    last: int
    path: str
    query: tuple[tuple[str, str], ...] = ()

    def link(self, number: int) -> str:
        """Where a page is."""
        return f"{self.path}?{urlencode([*self.query, ('page', number)])}"

    @property
    def numbers(self) -> tuple[int | None, ...]:
        """The first, the last and those around the current one; None where some are left out."""
        shown = sorted({1, self.last, *range(max(1, self.current - 1), min(self.last, self.current + 1) + 1)})
        found: list[int | None] = []
        for before, number in zip([0, *shown], shown, strict=False):
            found += [None, number] if number - before > 1 else [number]
        return tuple(found)
