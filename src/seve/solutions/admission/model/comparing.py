"""What a card says beside what the record says, field by field. It decides nothing: a person does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.france.cards import Card
from seve.france.identity.ins import in_force
from seve.france.identity.traits import StrictTraits, folded, strict_traits

Agreement: TypeAlias = Literal["same", "differs", "only_card", "only_record", "none"]
STRICT: Final = ("family", "given", "birth_date", "sex")
"""The fields that must agree for an identity to be confirmed."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One field as both say it."""

    name: str
    card: str
    record: str
    agreement: Agreement

    @property
    def blocks(self) -> bool:
        """Whether it stands against confirming that both are one person."""
        return self.agreement == "differs"


def compared(card: Card, patient: Resource) -> tuple[Compared, ...]:
    """Every field that a card of its kind may tell."""
    known, matricule = strict_traits(patient), in_force(patient)
    found = [
        _field("family", card.traits, known),
        Compared("given", card.traits.given, known.given, _given(card.traits.given, known.given)),
        _field("birth_date", card.traits, known),
        _field("sex", card.traits, known),
    ]
    if card.kind == "ins":
        found.append(_field("birth_place", card.traits, known))
        told = card.matricule.value if card.matricule else ""
        record = matricule.value if matricule else ""
        found.append(Compared("matricule", told, record, _agree(told, record)))
    return tuple(found)


def _field(name: str, card: StrictTraits, record: StrictTraits) -> Compared:
    told, known = getattr(card, name), getattr(record, name)
    return Compared(name, told, known, _agree(getattr(card.folded, name), getattr(record.folded, name)))


def _agree(told: str, known: str) -> Agreement:
    if told and known:
        return "same" if told == known else "differs"
    return "only_card" if told else "only_record" if known else "none"


def _given(told: str, known: str) -> Agreement:
    """One list may go on longer than the other; their first names are one."""
    one, other = folded(told).split(), folded(known).split()
    if one and other:
        return "same" if all(a == b for a, b in zip(one, other, strict=False)) else "differs"
    return _agree(told, known)
