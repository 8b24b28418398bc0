"""What a code said of somebody, and how far it can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from seve.france.identity.ins import Matricule
from seve.france.identity.traits import StrictTraits
from seve.kernel.refusals import InvalidContent, Issue

CardKind: TypeAlias = Literal["ins", "identity"]
"""The INS Datamatrix (identity and matricule, nothing signed), or the 2D-Doc of an official title of identity."""
Seal: TypeAlias = Literal["none", "right", "wrong", "unknown", "out_of_date"]
"""The signature: the kind of code has none; it is right; it is wrong; its authority's certificate is not here; that certificate did
not hold on the day it was signed."""
Reason: TypeAlias = Literal["unknown", "header", "field", "length", "missing", "date", "matricule", "other_document"]


class CardUnreadable(InvalidContent):
    """A code that is of no known kind, or breaks the rules of its own: `reason`, and `what` is the place in it."""

    def __init__(self, reason: Reason, *, what: str = "") -> None:
        super().__init__([Issue("error", "structure", f"france.cards.{reason}", {"what": what})])
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Card:
    """`traits` in the code's own capitals, with "" for what the code leaves out (the identity card names no COG code: its place of birth
    is `place_name`). `number` is the document's, `until` the last day it is valid (FHIR dates).
    """

    kind: CardKind
    traits: StrictTraits
    matricule: Matricule | None = None
    number: str = ""
    until: str = ""
    place_name: str = ""
    seal: Seal = "none"
    authority: str = ""
