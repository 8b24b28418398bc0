"""What the file of a stay asks, in sections; and which papers go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["text", "tel", "choice", "tick", "date", "long"]
Section: TypeAlias = Literal["identity", "coverage", "people", "wishes"]
Paper: TypeAlias = Literal["identity", "card", "complementary", "consent"]
SECTIONS: Final[tuple[Section, ...]] = ("identity", "coverage", "people", "wishes")
PAPERS: Final[tuple[Paper, ...]] = ("identity", "card", "complementary", "consent")
PAPER_OF: Final[Mapping[str, Paper]] = {one: one for one in PAPERS}
"""By its name as forms and links carry it."""
LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: `link` is its linkId and the name of its field."""

    link: str
    section: Section
    kind: Kind
    is_required: bool = False
    choices: tuple[str, ...] = ()
    autocomplete: str = "off"


ASKS: Final = (
    Ask("identity.right", "identity", "choice", is_required=True, choices=("yes", "no")),
    Ask("identity.correction", "identity", "long"),
    Ask("coverage.number", "coverage", "text", is_required=True),
    Ask("coverage.holder", "coverage", "choice", is_required=True, choices=("self", "other")),
    Ask("complementary.kind", "coverage", "choice", is_required=True, choices=("mutual", "c2s", "none")),
    Ask("complementary.name", "coverage", "text"),
    Ask("complementary.number", "coverage", "text"),
    Ask("complementary.until", "coverage", "date"),
    Ask("warn.name", "people", "text", is_required=True),
    Ask("warn.phone", "people", "tel", is_required=True),
    Ask("trusted.name", "people", "text"),
    Ask("trusted.phone", "people", "tel"),
    Ask("doctor.name", "people", "text", is_required=True),
    Ask("wishes.room", "wishes", "choice", choices=("single", "shared")),
    Ask("wishes.meals", "wishes", "long"),
    Ask("wishes.practical", "wishes", "long"),
)
"""All of them, in the order in which they are asked."""
BY_LINK: Final[Mapping[str, Ask]] = {one.link: one for one in ASKS}
