"""Accesses in words, and as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from seve.engine.rights.accesses import Names, names, whole
from seve.engine.rights.people import Person
from seve.engine.rights.wording import PACKAGE, ZONE, kind, profession
from seve.kernel.texts import Language, catalogue, text

if TYPE_CHECKING:
    from seve.engine.audit.trail import Access
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

COLUMNS = (
    "day",
    "time",
    "name",
    "profession",
    "organization",
    "deed",
    "reason",
    "what",
    "application",
    "behalf",
    "entry",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One access in words. `is_urgent`: the glass was broken."""

    vid: int
    at: datetime
    person: Person
    profession: str
    deed: str
    reason: str
    what: str
    application: str
    behalf: Person | None
    is_urgent: bool
    is_refused: bool


def lines(accesses: Iterable[Access], known: Names, language: Language) -> Iterator[Line]:
    """Accesses in words."""
    for access in accesses:
        act = access.act
        types = dict.fromkeys(entity.partition("/")[0] for entity in act.entities)
        words = dict.fromkeys(kind(type_, language) for type_ in types if type_ != "Patient" or len(types) == 1)
        person = known.person(act.agent)
        yield Line(
            vid=access.vid,
            at=datetime.fromisoformat(access.at),
            person=person if person.name or not act.display else Person(act.agent, act.display),
            profession=person.profession or profession(act.role, language),
            deed=_deed(access, language),
            reason=access.reason(language) if act.interaction != "consent" else "",
            what=", ".join(words),
            application=known.applications.get(act.client, ""),
            behalf=known.person(act.delegated_by) if act.delegated_by else None,
            is_urgent=act.interaction == "break-glass" or act.purpose in ("BTG", "ETREAT"),
            is_refused=act.outcome != 0,
        )


async def csv_of(engine: Engine, grant: Grant, patient: str, *, language: Language) -> AsyncIterator[str]:
    """The whole trail of a patient, a line an access, with the byte order mark that spreadsheets look for."""
    yield "\ufeff" + row([text(f"{PACKAGE}.columns.{name}", {}, language) for name in COLUMNS])
    async for accesses in whole(engine, grant, patient):
        known = await names(engine, grant, accesses)
        yield "".join(map(_row, lines(accesses, known, language)))


def _row(line: Line) -> str:
    at = line.at.astimezone(ZONE)
    behalf = line.behalf.name or line.behalf.reference if line.behalf else ""
    who = line.person.name or line.person.reference
    what = (line.deed, line.reason, line.what, line.application, behalf, str(line.vid))
    return row([f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}", who, line.profession, line.person.organization, *what])


def row(cells: list[str]) -> str:
    """A line; a cell that a spreadsheet would take for a formula is quoted."""
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerow(
        [f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in cells]
    )
    return written.getvalue()


def _deed(access: Access, language: Language) -> str:
    name = access.act.interaction.removeprefix("$").replace("-", "_")
    return catalogue(PACKAGE, language).get(f"deeds.{name}") or access.deed(language)
