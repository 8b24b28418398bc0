"""What somebody looks for: of which trade, whom, where, how one meets, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from seve.fhir.scheduling import MODES

DAYS: Final = 60
EVENING: Final = time(18)
EVENING_DAYS: Final = 21
"""Evenings are asked for one by one: so many are looked at."""
TRADES: Final = (
    "specialty|SM54", "specialty|SM73", "specialty|SM15", "specialty|SM16", "specialty|SM19", "specialty|SM30", "specialty|SM36",
    "specialty|SM38", "specialty|SM40", "specialty|SM41", "specialty|SM42", "specialty|SM74", "category|50", "category|60",
    "category|70", "category|21",
)  # fmt: skip
"""Tags of agendas: a specialty (TRE_R38), or the profession (TRE_G15) of those who have none."""
REASONS: Final = (
    "consultation",
    "premiere-consultation",
    "suivi",
    "vaccination",
    "soins-a-domicile",
    "teleconsultation",
)
"""Reasons that many agendas share."""


@dataclass(frozen=True, slots=True)
class Sought:
    """As it was typed, without what can't be."""

    trade: str = ""
    name: str = ""
    city: str = ""
    reason: str = ""
    mode: str = ""
    is_evening: bool = False
    since: date | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing was asked for."""
        return self == Sought()

    def tags(self, commune: str) -> tuple[str, ...]:
        """Of agendas: all must hold."""
        said = (
            self.trade,
            f"commune|{commune}" if commune else "",
            f"public|{self.reason}" if self.reason else "",
            f"mode|{self.mode}" if self.mode else "",
        )
        return tuple(filter(None, said))


def sought(query: Mapping[str, str]) -> Sought:
    """Reads a query; what is none of the choices is left out."""
    try:
        since = date.fromisoformat(query.get("since", ""))
    except ValueError:
        since = None
    return Sought(
        trade=query.get("trade", "") if query.get("trade") in TRADES else "",
        name=query.get("name", "").strip()[:60],
        city=query.get("city", "").strip()[:60],
        reason=query.get("reason", "") if query.get("reason") in REASONS else "",
        mode=query.get("mode", "") if query.get("mode") in MODES else "",
        is_evening=query.get("evening") == "1",
        since=since if since and 2000 <= since.year <= 2199 else None,
    )


def spans(asked: Sought, *, now: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """From when to when to look, one after the other until enough is found: all of it, or each evening."""
    first = max(now, datetime.combine(asked.since, time(), zone)) if asked.since else now
    if not asked.is_evening:
        yield first, first + timedelta(days=DAYS)
        return
    day = first.astimezone(zone).date()
    for after in range(EVENING_DAYS):
        start = datetime.combine(day + timedelta(days=after), EVENING, zone)
        end = datetime.combine(day + timedelta(days=after + 1), time(), zone)
        if end > first:
            yield max(start, first), end
