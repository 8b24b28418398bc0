"""Which of the 293 requirements are answered, from the manifests of solutions and, for the platform under them, `requirements.csv`.

Ids and short names are those of the inventory of the five reports; an answer is whole, in part, or not yet.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seve.main.registry import solutions

ANSWERS = ("whole", "part", "not yet")
REQUIREMENTS = 293

_SOURCE = Path(__file__).with_name("requirements.csv")
_FAMILIES = {
    "N": "National core services",
    "S": "The 25 digital solutions",
    "T": "Telemedicine",
    "A": "Patient autonomy",
    "H": "Hospital logistics",
    "D": "Decision support",
    "E": "Epidemic",
    "B": "Data hub",
    "I": "Interoperability and security",
    "V": "Value and evaluation",
    "G": "Governance and sector",
    "P": "Propositions of the survey",
    "F": "Foreign examples",
    "M": "Methods of the reports",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement. `shown` are tests and pages of the platform, `by` the solutions that answer it, `missing` what is not done."""

    id: str
    name: str
    answer: str
    shown: tuple[str, ...]
    missing: str
    by: tuple[str, ...]


@cache
def lines() -> Sequence[Line]:
    """All of them, in the order of the inventory; the better answer counts."""
    claimed = [(one.manifest.id, one.manifest.requirements) for one in solutions()]
    found: list[Line] = []
    with _SOURCE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            by = {id_: requirements[row["id"]] for id_, requirements in claimed if row["id"] in requirements}
            answer = min((row["answer"], *by.values()), key=ANSWERS.index)
            missing = "" if answer == "whole" else row["missing"]
            found.append(Line(row["id"], row["name"], answer, tuple(row["shown"].split()), missing, tuple(by)))
    return found


def page() -> str:
    """`docs/reference/coverage.md`, without its first line."""
    counted = Counter(line.answer for line in lines())
    parts = [
        "# Coverage\n",
        f"The five reports ask for {REQUIREMENTS} things, by our count. Of these, {counted['whole']} are answered whole,",
        f"{counted['part']} in part, {counted['not yet']} not yet. *Whole* means that what the inventory asks to be seen can be seen, by the tests",
        "and pages named here, or those of the solution (its manifest names the ids it answers). Nobody but ourselves has judged it.",
    ]
    for letter, family in _FAMILIES.items():
        rows = [line for line in lines() if line.id.startswith(letter)]
        told = Counter(line.answer for line in rows)
        parts += [
            f"\n## {letter}: {family}\n",
            f"{told['whole']} whole, {told['part']} in part, {told['not yet']} not yet.\n",
            "| id | requirement | answer | shown by; what is missing |",
            "| --- | --- | --- | --- |",
            *map(_row, rows),
        ]
    return "\n".join(parts) + "\n"


def problems(root: Path) -> Iterator[str]:
    """One sentence for each line that can't be held."""
    known = {line.id for line in lines()}
    if len(known) != REQUIREMENTS:
        yield f"tools/docs/requirements.csv has {len(known)} requirements, the inventory has {REQUIREMENTS}"
    for solution in solutions():
        for id_ in sorted(solution.manifest.requirements.keys() - known):
            yield f"{solution.manifest.id}/manifest.toml: {id_} is not in the inventory"
    for line in lines():
        if line.answer not in ANSWERS:
            yield f"{line.id}: “{line.answer}” is no answer"
        if line.answer != "not yet" and not (line.shown or line.by):
            yield f"{line.id}: what is answered names what shows it"
        yield from (f"{line.id}: {path} does not exist" for path in line.shown if not (root / path).exists())


def _row(line: Line) -> str:
    shown = (*(f"solution `{id_}`" for id_ in line.by), *(f"`{path}`" for path in line.shown))
    told = "; missing: ".join(filter(None, (", ".join(shown), line.missing)))
    return f"| {line.id} | {line.name} | {line.answer} | {told} |"
