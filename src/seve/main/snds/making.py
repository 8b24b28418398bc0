"""Resources from the files of an extract, table by table in the order of their keys: persons, care, details, stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from seve.fhir import Resource
from seve.france.snds import claims, episodes, persons, stays
from seve.france.snds.cells import PSEUDONYMS
from seve.france.snds.rows import Reader, Row, RowRefused
from seve.kernel.refusals import Refusal
from seve.main.snds.files import Extract
from seve.main.snds.joining import Joins

_STAYS: Final = {
    "T_MCOaaB": (stays.STAY_COLUMNS, stays.KEY, stays.stay),
    "T_MCOaaD": (stays.DIAGNOSIS_COLUMNS, stays.DIAGNOSIS_NEEDED, stays.diagnosis),
    "T_MCOaaA": (stays.ACT_COLUMNS, stays.ACT_NEEDED, stays.act),
}
TABLES: Final = ("IR_BEN_R", "ER_PRS_F", *claims.DETAILS, "T_MCOaaC", *_STAYS, *episodes.DOMAINS)
"""The tables that are read, in this order."""

Refuse = Callable[[str, Refusal], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A resource, and the bytes of the files that were read for it since the one before."""

    resource: Resource
    weight: int


@dataclass(slots=True)
class Import:
    """One extract, read once."""

    extracts: Mapping[str, list[Extract]]
    joins: Joins
    refuse: Refuse
    rows: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    doubts: Counter[str] = field(default_factory=Counter[str])
    twins: int = 0

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(extract.path.stat().st_size for found in self.extracts.values() for extract in found)

    def resources(self) -> Iterator[Made]:
        """All resources. Raises HeaderUnknown, OSError."""
        for name in TABLES:
            for extract in self.extracts.get(name, ()):
                yield from self._of_file(extract, name)

    def _of_file(self, extract: Extract, name: str) -> Iterator[Made]:
        lines, raw = extract.open()
        reader, at = self._reader(extract, name), 0
        with raw, lines:
            for row in reader.rows(lines, refuse=lambda refused: self._refused(extract, refused)):
                self.rows[name] += 1
                for resource in self._of_row(row, name, extract):
                    now = min(raw.tell(), extract.path.stat().st_size)
                    yield Made(resource, now - at)
                    at = now
        self.doubts.update({f"{name}.{column}": number for column, number in reader.doubts.items()})

    def _reader(self, extract: Extract, name: str) -> Reader:
        columns, needed = _columns(name)
        return Reader(extract.table, columns, needed, extract.edition)

    def _of_row(self, row: Row, name: str, extract: Extract) -> Iterator[Resource]:
        if name == "IR_BEN_R":
            if self.joins.add_person(row.text("BEN_NIR_PSA"), row.text("BEN_RNG_GEM")):
                yield persons.patient(row)
        elif name == "ER_PRS_F":
            yield from self._claim(row)
        elif name == "T_MCOaaC":
            self.joins.keep("stay", stays.key(row), row)
        elif name in claims.DETAILS:
            yield from self._detail(row, name, extract)
        elif name in episodes.DOMAINS:
            yield from self._episode(row, name, extract)
        else:
            yield from self._stay(row, name, extract)

    def _claim(self, row: Row) -> Iterator[Resource]:
        if self.joins.add_person(row.text("BEN_NIR_PSA"), row.text("BEN_RNG_GEM")):
            yield persons.patient(row)
        self.joins.keep("care", [row.text(column) for column in claims.KEY], row)
        yield claims.explanation(row)

    def _detail(self, row: Row, name: str, extract: Extract) -> Iterator[Resource]:
        care = self.joins.kept("care", [row.text(column) for column in claims.KEY])
        if care is None:
            self._refused(extract, RowRefused("prestation_missing", table=name, line=row.line))
            return
        yield claims.DETAILS[name].make(row, care)

    def _stay(self, row: Row, name: str, extract: Extract) -> Iterator[Resource]:
        person = self.joins.kept("stay", stays.key(row))
        if person is None:
            self._refused(extract, RowRefused("stay_missing", table=name, line=row.line, persons="T_MCOaaC"))
            return
        yield from self._unknown(person)
        yield from _STAYS[name][2](row, person, self._subject(person.text(stays.PERSON)))

    def _episode(self, row: Row, name: str, extract: Extract) -> Iterator[Resource]:
        """Of rehabilitation or hospital at home: the stay from the table of persons, its parts from the others."""
        domain = episodes.DOMAINS[name]
        if name == domain.persons:
            self.joins.keep("episode", domain.of(row), row)
            yield from self._unknown(row)
            yield episodes.stay(row, self._subject(row.text(stays.PERSON)))
            return
        person = self.joins.kept("episode", domain.of(row))
        if person is None:
            self._refused(extract, RowRefused("stay_missing", table=name, line=row.line, persons=domain.persons))
            return
        yield from episodes.resources(row, person, self._subject(person.text(stays.PERSON)))

    def _unknown(self, person: Row) -> Iterator[Resource]:
        """Somebody of whom only the pseudonym of a stay is known."""
        pseudonym = person.text(stays.PERSON)
        if not self.joins.ranks(pseudonym):
            self.joins.add_person(pseudonym, "1")
            yield persons.unknown(pseudonym, table=person.table, column=stays.PERSON)

    def _subject(self, pseudonym: str) -> dict[str, Any]:
        """The person of a stay. Of twins under one pseudonym the PMSI doesn't say which: they are named by it alone."""
        ranks = self.joins.ranks(pseudonym)
        if len(ranks) == 1:
            return {"reference": f"Patient/{persons.patient_id(pseudonym, ranks[0])}"}
        self.twins += 1
        return {"identifier": {"system": f"{PSEUDONYMS}BEN_NIR_PSA", "value": pseudonym}}

    def _refused(self, extract: Extract, refusal: Refusal) -> None:
        self.refused[extract.table.name] += 1
        self.refuse(extract.path.name, refusal)


def _columns(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of a table that are read, and those that each row must have."""
    if name == "IR_BEN_R":
        return persons.COLUMNS, persons.KEY
    if name == "ER_PRS_F":
        return claims.COLUMNS, claims.NEEDED
    if name == "T_MCOaaC":
        return stays.PERSON_COLUMNS, stays.PERSON_NEEDED
    if name in claims.DETAILS:
        return claims.DETAILS[name].columns, claims.DETAILS[name].needed
    return episodes.columns(name) if name in episodes.DOMAINS else (_STAYS[name][0], _STAYS[name][1])
