"""Policies as data: what each profession may do with each kind of record.

A policy file is a table `profession;kinds;rights` (UTF-8, semicolons): a code of TRE_G15 (or PATIENT, SEC, OFFICER, IDENTITY, STEERING, MAKER), kinds
separated by spaces (`Observation`, `DocumentReference|11488-4`), and letters of `rac`: read, add, change what others wrote.
Rows add up; what no row allows is refused. The official table of the DMP (arrêté of 26 October 2023) is loaded in this form;
`sample.csv` is a documented sample of our own, which a new store begins with.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING, ClassVar

from seve.fhir.search.keys import value_key
from seve.kernel.refusals import Refusal
from seve.store.access.policies import Habilitation

if TYPE_CHECKING:
    from seve.fhir.definitions import Definitions

_COLUMNS = ["profession", "kinds", "rights"]
_PROFESSION = re.compile(r"[A-Z0-9]{1,20}")
_NARROW = re.compile(
    r"DocumentReference\|[A-Za-z0-9\-._]*|Consent\|treatment|Task\|(?:duplicate-patients|tool-declaration)|Patient\|merge"
    r"|(?:Encounter|QuestionnaireResponse|Task)\|admission"
)


class InvalidPolicy(Refusal):
    """A line of a policy file says nothing that can be applied. Nothing was changed."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "invalid"
    key: ClassVar[str] = "engine.refusals.invalid_policy"


def sample() -> str:
    """The policies that a new store begins with."""
    return resources.files("seve.engine.access.policies").joinpath("sample.csv").read_text(encoding="utf-8")


def read(text: str, definitions: Definitions) -> list[Habilitation]:
    """The rows of a policy file. Raises InvalidPolicy that names the line."""
    found = dict[tuple[str, str], set[str]]()
    for profession, kind, rights in _rows(text, definitions):
        found.setdefault((profession, kind), set()).update(rights)
    return [
        Habilitation(profession, value_key(kind), kind, *("rac"[n] in rights for n in range(3)))
        for (profession, kind), rights in sorted(found.items())
    ]


def _rows(text: str, definitions: Definitions) -> Iterator[tuple[str, str, str]]:
    lines = csv.reader(text.lstrip("\ufeff").splitlines(), delimiter=";")
    if next(lines, None) != _COLUMNS:
        raise InvalidPolicy(line=1, found=text.partition("\n")[0][:80], wanted=";".join(_COLUMNS))
    for number, row in enumerate(lines, start=2):
        if not row:
            continue
        if (
            len(row) != len(_COLUMNS)
            or not _PROFESSION.fullmatch(row[0])
            or not row[2]
            or not set(row[2]) <= set("rac")
        ):
            raise InvalidPolicy(line=number, found=";".join(row)[:80], wanted="10;Observation Condition;ra")
        for kind in row[1].split():
            if kind not in definitions.resource_types and not _NARROW.fullmatch(kind):
                raise InvalidPolicy(line=number, found=kind[:80], wanted="Observation, DocumentReference|11488-4")
            yield row[0], kind, row[2]
