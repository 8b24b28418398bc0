"""Our answers to OWASP ASVS 5.0.0, from `asvs.csv`: the page, and whether every test and file that it names exists.

Ids and levels are those of the standard (OWASP, CC BY-SA 4.0); topics are in our own words.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ANSWERS = ("met", "operator's", "not applicable", "not met")
REQUIREMENTS = 345
"""How many 5.0.0 has."""

_SOURCE = Path(__file__).with_name("asvs.csv")
_CHAPTERS = (
    "Encoding and sanitisation",
    "Validation and business logic",
    "Web frontend",
    "API and web service",
    "Files",
    "Authentication",
    "Sessions",
    "Authorization",
    "Self-contained tokens",
    "OAuth and OpenID Connect",
    "Cryptography",
    "Communication",
    "Configuration",
    "Data protection",
    "Coding and architecture",
    "Logs and errors",
    "WebRTC",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement and our answer. `proof` names tests (`path::name`) and files; `remark` says what they don't."""

    id: str
    level: str
    topic: str
    answer: str
    proof: tuple[str, ...]
    remark: str

    @property
    def chapter(self) -> int:
        """Its number, from 1."""
        return int(self.id.partition(".")[0])


@cache
def lines() -> Sequence[Line]:
    """All of them, in the order of the standard."""
    with _SOURCE.open(encoding="utf-8", newline="") as stream:
        return [
            Line(row["id"], row["level"], row["topic"], row["answer"], tuple(row["proof"].split()), row["remark"])
            for row in csv.DictReader(stream)
        ]


def page() -> str:
    """`docs/reference/asvs.md`, without its first line."""
    parts = [
        "# OWASP ASVS 5.0.0\n",
        "Each requirement of the [standard](https://github.com/OWASP/ASVS/tree/master/5.0) with our answer, given by ourselves: no third",
        "party has verified it. *Met* names what shows it, a test or the code; *operator's* says what is left to whoever runs Sève; *not met*",
        "says why and what it would take. A check holds that every test and file named here exists. The topics are our words: read the",
        "standard for what is asked. Levels add up: level 2 is all of 1 and 2.\n",
        *_totals(),
    ]
    for number, name in enumerate(_CHAPTERS, 1):
        parts += [
            f"\n## V{number} {name}\n",
            "| id | level | topic | answer | shown by, and remarks |",
            "| --- | --- | --- | --- | --- |",
        ]
        parts += [_row(line) for line in lines() if line.chapter == number]
    return "\n".join(parts) + "\n"


def problems(root: Path) -> Iterator[str]:
    """One sentence for each line that can't be held."""
    counted = Counter(line.id for line in lines())
    if len(counted) != REQUIREMENTS:
        yield f"tools/docs/asvs.csv has {len(counted)} requirements, ASVS 5.0.0 has {REQUIREMENTS}"
    for id_, number in counted.items():
        if number > 1:
            yield f"tools/docs/asvs.csv has {id_} {number} times"
    for line in lines():
        yield from (f"ASVS {line.id}: {problem}" for problem in _wrong(line, root))


def _wrong(line: Line, root: Path) -> Iterator[str]:
    if line.answer not in ANSWERS or line.level not in ("1", "2", "3"):
        yield f"“{line.answer}” at level {line.level} is no answer"
    if line.answer == "met" and not line.proof:
        yield "what is met names what shows it"
    if line.answer != "met" and not line.remark:
        yield f"what is {line.answer} says why"
    for proof in line.proof:
        path, _, name = proof.partition("::")
        if not (root / path).is_file():
            yield f"{path} does not exist"
        elif name and f"def {name}(" not in (root / path).read_text(encoding="utf-8"):
            yield f"{path} has no {name}"


def _totals() -> Iterator[str]:
    yield f"| level | {' | '.join(ANSWERS)} | all |"
    yield "| --- " * (len(ANSWERS) + 2) + "|"
    for level in "123":
        counted = Counter(line.answer for line in lines() if line.level == level)
        yield f"| {level} | {' | '.join(str(counted[answer]) for answer in ANSWERS)} | {counted.total()} |"


def _row(line: Line) -> str:
    shown = "<br>".join(f"`{proof}`" for proof in line.proof)
    told = "<br>".join(filter(None, (shown, line.remark)))
    return f"| {line.id} | {line.level} | {line.topic} | {line.answer} | {told} |"
