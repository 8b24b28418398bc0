"""What a client asks of the façade: dates with their prefixes, agendas, actors, what to include."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from seve.france.shared_agendas import Volet

_ZONE = ZoneInfo("Europe/Paris")


class CannotAsk(ValueError):  # noqa: N818 - it says what can't be asked
    """A parameter that can't be read, by its name."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A search for free times: from when (inclusive) to when, of which agendas, in which shape."""

    since: datetime | None
    until: datetime | None
    schedules: tuple[str, ...]
    actor: str
    volet: Volet
    is_free: bool


def ask(query: Mapping[str, str], pairs: Iterable[tuple[str, str]]) -> Ask:
    """Reads a search: `start=ge…`, `start=le…`, `schedule`, `schedule.actor`, `status`; `_profile=sas` for the shapes of SAS. Raises CannotAsk."""
    since, until = None, None
    for name, value in pairs:
        if name == "start":
            since, until = _bound(value, since, until)
    ids = tuple(one.removeprefix("Schedule/") for one in query.get("schedule", "").split(",") if one)
    return Ask(
        since=since,
        until=until,
        schedules=ids[:50],
        actor=query.get("schedule.actor", ""),
        volet="sas" if query.get("_profile", "").endswith(("sas", "FrSlotAgregateur")) else "gap",
        is_free=query.get("status", "free") == "free",
    )


def _bound(value: str, since: datetime | None, until: datetime | None) -> tuple[datetime | None, datetime | None]:
    prefix = value[:2] if value[:2].isalpha() else "eq"
    start, end = _range(value[2:] if prefix != "eq" or value.startswith("eq") else value)
    match prefix:
        case "ge":
            return start, until
        case "gt":
            return end, until
        case "le":
            return since, end
        case "lt":
            return since, start
        case "eq":
            return start, end
        case _:
            raise CannotAsk("start")


def _range(said: str) -> tuple[datetime, datetime]:
    """A day is all of it; an instant is its second."""
    try:
        if len(said) == 10:
            day = date.fromisoformat(said)
            return datetime.combine(day, time(), _ZONE), datetime.combine(day + timedelta(days=1), time(), _ZONE)
        found = datetime.fromisoformat(said.replace(" ", "+"))
    except (ValueError, OverflowError) as error:
        raise CannotAsk("start") from error
    at = found if found.tzinfo else found.replace(tzinfo=UTC)
    return at, at + timedelta(seconds=1)
