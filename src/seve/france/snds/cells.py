"""Parts of resources from the cells of a row, each marked with the table and the column that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from seve.france.cim10 import URL as CIM10
from seve.france.cim10 import dotted
from seve.france.snds.rows import Row

COLUMN = "urn:seve:snds:column"
"""The extension that says where a value comes from, as `ER_PHA_F.PHA_PRS_C13`."""

NOMENCLATURES = "urn:seve:snds:nomenclature:"
PSEUDONYMS = "urn:seve:snds:"
CCAM = "https://smt.esante.gouv.fr/terminologie-ccam"
CSARR = "https://smt.esante.gouv.fr/terminologie-csarr"
CIP_UCD = "https://smt.esante.gouv.fr/terminologie-cip_ucd"
LPP = "urn:seve:snds:nomenclature:LPP"
NABM = "urn:oid:1.2.250.1.213.2.7"


def id_of(prefix: str, *parts: str) -> str:
    """An id that follows from a key, so that a second import finds the resource again."""
    return f"snds-{prefix}-{blake2b(chr(0).join(parts).encode(), digest_size=16).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a row as elements; each answer is {} or [] where the cells are empty."""

    row: Row

    @property
    def meta(self) -> dict[str, Any]:
        """The table as the resource's source."""
        return {"source": f"{PSEUDONYMS}{self.row.table}"}

    def mark(self, *columns: str) -> list[dict[str, str]]:
        """The extensions that name columns."""
        return [{"url": COLUMN, "valueString": f"{self.row.table}.{column}"} for column in columns]

    def primitive(self, element: str, *columns: str, value: str | bool | None = None) -> dict[str, Any]:
        """An element of a simple type with its mark beside it; `value` stands for the text of the first column."""
        found = self.row.text(columns[0]) if value is None else value
        return {element: found, f"_{element}": {"extension": self.mark(*columns)}} if found != "" else {}

    def concept(self, column: str, system: str) -> dict[str, Any]:
        """A CodeableConcept; codes of the CIM-10 get their dot."""
        code = self.row.text(column)
        if not code:
            return {}
        code = dotted(code) if system == CIM10 else code
        return {"coding": [{"extension": self.mark(column), "system": system, "code": code}]}

    def nomenclature(self, column: str, name: str) -> dict[str, Any]:
        """A CodeableConcept of one of the SNDS' own nomenclatures."""
        return self.concept(column, NOMENCLATURES + name)

    def identifier(self, column: str, system: str = "") -> dict[str, Any]:
        """An Identifier; without a system that of the pseudonym, which is the name of its column."""
        value = self.row.text(column)
        return (
            {"extension": self.mark(column), "system": system or PSEUDONYMS + column, "value": value} if value else {}
        )

    def by_identifier(self, column: str, system: str = "") -> dict[str, Any]:
        """A reference to what only its identifier is known of."""
        found = self.identifier(column, system)
        return {"identifier": found} if found else {}

    def period(self, start: str, end: str) -> dict[str, Any]:
        """A Period from two columns of dates; without an end that would lie before its start."""
        first, last = self.row.text(start), self.row.text(end)
        told = self.primitive("start", start)
        return told | (self.primitive("end", end) if last and last >= first else {})

    def money(self, column: str) -> dict[str, Any]:
        """Euros."""
        value = self.row.values.get(column)
        if not isinstance(value, Decimal | int):
            return {}
        return {"extension": self.mark(column), "value": Decimal(value), "currency": "EUR"}

    def quantity(self, column: str) -> dict[str, Any]:
        """A number of things that have no unit."""
        value = self.row.values.get(column)
        return {"extension": self.mark(column), "value": Decimal(value)} if isinstance(value, Decimal | int) else {}

    def key(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The texts of the columns of a key."""
        return tuple(self.row.text(column) for column in columns)
