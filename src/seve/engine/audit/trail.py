"""Who saw what: the trail of a patient, of a professional, of a time; for pages that people read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, repeat
from typing import TYPE_CHECKING

from seve.engine.audit.rendering import own_part, patients_of
from seve.engine.audit.telling import deed, reason
from seve.kernel.identifiers import first_vid_of, instant_of
from seve.kernel.texts import Language
from seve.store.audit import reading
from seve.store.audit.reading import LAST, Found, Wanted

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.audit.acts import Act
    from seve.store.grant import Grant

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Access:
    """One entry for people. `patients` are references; a patient's page has the patient's own part of it only."""

    vid: int
    act: Act
    patients: tuple[str, ...]

    @property
    def at(self) -> str:
        """When, as a FHIR instant."""
        return instant_of(self.vid)

    def deed(self, language: Language) -> str:
        """What was done, in words."""
        return deed(self.act, language)

    def reason(self, language: Language) -> str:
        """Why, in words: the purpose, and the reason that was given where there is one."""
        given = self.act.basis if "/" not in self.act.basis else ""
        return " — ".join(filter(None, (reason(self.act, language), given)))


@dataclass(frozen=True, slots=True)
class Visit:
    """All that one person did on one day (UTC): what the patient's page shows as one line that opens."""

    day: str
    agent: str
    display: str
    role: str
    accesses: tuple[Access, ...]

    @property
    def types(self) -> tuple[str, ...]:
        """The types of resources that were touched, in the order of time."""
        touched = (entity.partition("/")[0] for access in self.accesses for entity in access.act.entities)
        return tuple(dict.fromkeys(touched))

    @property
    def has_broken_glass(self) -> bool:
        """Whether the glass was broken."""
        return any(a.act.interaction == "break-glass" or a.act.purpose in ("BTG", "ETREAT") for a in self.accesses)


@dataclass(frozen=True, slots=True)
class TrailPage:
    """`before` is the cursor of the page after this one; 0 when this is the last."""

    accesses: tuple[Access, ...]
    before: int

    def visits(self) -> tuple[Visit, ...]:
        """By person and day, newest first."""
        days = groupby(self.accesses, key=lambda access: access.at[:10])
        return tuple(visit for day, found in days for visit in _visits(day, found))


async def of_patient(
    engine: Engine,
    grant: Grant,
    patient: str,
    *,
    before: int = LAST,
    count: int = _PAGE,
    but: Iterable[str] = (),
) -> TrailPage:
    """Accesses to a patient's data (`Patient/1`), newest first; other patients of the same entries are left out, and entries by `but`."""
    page = await _page(engine, grant, Wanted(patients=(patient,), but=tuple(but)).before(before), count)
    own = (own_part(one.act, patient, is_alone=len(one.patients) < 2) for one in page.accesses)
    return TrailPage(tuple(map(Access, (one.vid for one in page.accesses), own, repeat((patient,)))), page.before)


async def of_agent(engine: Engine, grant: Grant, agent: str, *, before: int = LAST, count: int = _PAGE) -> TrailPage:
    """What somebody did (`Practitioner/1`), and what others did in their name, newest first."""
    return await _page(engine, grant, Wanted(agents=(agent,)).before(before), count)


async def between(
    engine: Engine, grant: Grant, *, since: int, until: int, before: int = LAST, count: int = _PAGE
) -> TrailPage:
    """Everything from one time to before another (milliseconds since 1970), newest first."""
    wanted = Wanted(since=first_vid_of(since), until=first_vid_of(until))
    return await _page(engine, grant, wanted.before(before), count)


async def accesses(engine: Engine, found: Iterable[Found]) -> tuple[Access, ...]:
    """Entries with the references of their patients."""
    entries = list(found)
    known = await reading.references(engine.database.pool, (key for one in entries for key in one.act.patient_keys))
    return tuple(Access(one.vid, one.act, tuple(patients_of(one.act, known))) for one in entries)


async def _page(engine: Engine, grant: Grant, wanted: Wanted, count: int) -> TrailPage:
    found = await reading.find(engine.database.pool, grant, wanted, limit=count + 1)
    shown = await accesses(engine, found[:count])
    return TrailPage(shown, shown[-1].vid if len(found) > count else 0)


def _visits(day: str, found: Iterable[Access]) -> Sequence[Visit]:
    by_person: dict[tuple[str, str], list[Access]] = {}
    for access in found:
        by_person.setdefault((access.act.agent or access.act.client, access.act.role), []).append(access)
    return [
        Visit(day, agent, next((a.act.display for a in group if a.act.display), ""), role, tuple(group))
        for (agent, role), group in by_person.items()
    ]
