"""What hospital staff tell: the figures of their units, never over what somebody else told meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from seve.fhir import Resource
from seve.france.capacity import Figure, Nature, with_figure
from seve.kernel.refusals import Refusal
from seve.sdk import Records, wording
from seve.solutions.directory_search.model.cards import managed_by

_MOST_BEDS = 9_999
_COUNTS = ("total", "free", "closed")


class NotACount(Refusal):
    """A field is no whole number of beds from 0 to 9999; `expression` names it."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/directory_search.refusals.not_a_count"


class MoreThanThereAre(Refusal):
    """Free and closed ones are more than there are in all. Fields: `free`, `closed`, `total`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/directory_search.refusals.more_than_there_are"


class NotYourUnit(Refusal):
    """The unit is kept by another organisation than the one the visitor works for."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "solutions/directory_search.refusals.not_your_unit"


def check_staff(location: Resource, organization: str) -> None:
    """Raises NotYourUnit."""
    if not organization or managed_by(location) != organization:
        raise NotYourUnit


async def tell(
    records: Records, location: Resource, *, version: str, nature: Nature, typed: dict[str, str], by: str, now: datetime
) -> Resource:
    """Writes the figure of one nature, made from the `version` that the form showed. `typed` has total, free and closed; `by` is who
    says so. Raises NotACount, MoreThanThereAre; Changed when the version is not the latest any more.
    """
    total, free, closed = (_count(typed, name) for name in _COUNTS)
    if free + closed > total:
        raise MoreThanThereAre(expression="free", free=free, closed=closed, total=total)
    shown = await records.version("Location", location["id"], version)
    at = now.astimezone(wording.ZONE).isoformat(timespec="seconds")
    return await records.update(with_figure(shown, Figure(nature, total, free, closed, at, "typed", by)))


def _count(typed: dict[str, str], name: str) -> int:
    written = typed.get(name, "").strip()
    if not (written.isascii() and written.isdigit()) or int(written) > _MOST_BEDS:
        raise NotACount(expression=name)
    return int(written)
