"""Concepts by code, from the vocabulary files that OHDSI distributes (`CONCEPT.csv`, `CONCEPT_RELATIONSHIP.csv`, tab separated).

None of them is shipped. What they don't have is concept 0, as the CDM wants it, and is counted.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, ClassVar, Final

from seve.kernel.refusals import Refusal

UNMAPPED: Final = 0
VOCABULARIES: Final[Mapping[str, tuple[str, ...]]] = {
    "http://snomed.info/sct": ("SNOMED",),
    "http://loinc.org": ("LOINC",),
    "http://hl7.org/fhir/sid/icd-10": ("CIM10", "ICD10"),
    "http://hl7.org/fhir/sid/icd-10-cm": ("ICD10CM",),
    "http://hl7.org/fhir/sid/icd-9-cm": ("ICD9CM",),
    "http://www.nlm.nih.gov/research/umls/rxnorm": ("RxNorm", "RxNorm Extension"),
    "http://www.whocc.no/atc": ("ATC",),
    "http://hl7.org/fhir/sid/cvx": ("CVX",),
    "http://unitsofmeasure.org": ("UCUM",),
    "https://smt.esante.gouv.fr/terminologie-ccam": ("CCAM",),
    "Gender": ("Gender",),
    "Visit": ("Visit",),
}
"""The vocabularies of a code system, by its url; the last two are OMOP's own."""

_MAPS_TO: Final = "Maps to"
_FILES: Final = ("CONCEPT.csv", "CONCEPT_RELATIONSHIP.csv")


class VocabularyUnreadable(Refusal):
    """A vocabulary file is missing or has other columns. Fields: `name`, `column`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "structure"
    key: ClassVar[str] = "lake.omop.vocabulary_unreadable"


@dataclass(slots=True)
class Vocabulary:
    """`sources` is the concept of a code, `standards` the standard concept that it maps to. `unmapped` counts, by the column of the
    CDM, the code system and the code, what has no standard concept.
    """

    sources: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    standards: Mapping[int, int] = field(default_factory=dict[int, int])
    unmapped: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])

    @classmethod
    def read(cls, folder: Path) -> Vocabulary:
        """From the two files in a folder, plain or gzip. Raises VocabularyUnreadable."""
        wanted = frozenset(name for names in VOCABULARIES.values() for name in names)
        sources, standards = dict[tuple[str, str], int](), dict[int, int]()
        columns = ("concept_id", "vocabulary_id", "concept_code", "standard_concept")
        for concept, vocabulary, code, flag in _rows(folder, _FILES[0], columns):
            if vocabulary in wanted:
                sources[vocabulary, code] = int(concept)
                if flag == "S":
                    standards[int(concept)] = int(concept)
        known = frozenset(sources.values())
        columns = ("concept_id_1", "concept_id_2", "relationship_id", "invalid_reason")
        for first, second, relationship, reason in _rows(folder, _FILES[1], columns):
            if relationship == _MAPS_TO and not reason and int(first) in known:
                standards.setdefault(int(first), int(second))
        return cls(sources, standards)

    def source(self, system: str | None, code: str | None) -> int:
        """The concept of the code itself; 0 when the files don't have it."""
        names = VOCABULARIES.get(system or "", ())
        return next((self.sources[name, code] for name in names if code and (name, code) in self.sources), UNMAPPED)

    def standard(self, system: str | None, code: str | None, *, column: str) -> int:
        """The standard concept of a code; 0 when there is none, which is counted under the column."""
        found = self.standards.get(self.source(system, code), UNMAPPED)
        if not found and code:
            self.unmapped[column, system or "", code] += 1
        return found


def _rows(folder: Path, name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    with _opened(folder, name) as stream:
        lines = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        header = [title.strip().lower() for title in next(lines, [])]
        if missing := next((column for column in columns if column not in header), None):
            raise VocabularyUnreadable(name=name, column=missing)
        places = [header.index(column) for column in columns]
        for line in lines:
            if len(line) == len(header):
                yield tuple(line[place] for place in places)


def _opened(folder: Path, name: str) -> IO[str]:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    raise VocabularyUnreadable(name=str(folder / name), column="—")
