"""The INS Datamatrix (ANS, version 1): `IS01`, zeros to 26 characters, then fields S1 to S7, in any order.

S1 matricule (15), S2 its OID (up to 20), S3 birth given names (up to 100), S4 birth name (up to 100), S5 sex (1), S6 date of birth
(dd-mm-yyyy), S7 COG code of the place of birth (5). A field that may be longer than it is ends with GS. Nothing is signed: whoever has
a printer makes one, so it says what a house of care knew, and is no proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from seve.france.cards.card import Card, CardUnreadable
from seve.france.cards.fields import Length, dated, split
from seve.france.identity.ins import KINDS, Matricule
from seve.france.identity.traits import StrictTraits

PREFIX: Final = "IS01"
_HEADER: Final = 26
_LENGTHS: Final[Mapping[str, Length]] = {
    "S1": (15, 15),
    "S2": (1, 20),
    "S3": (1, 100),
    "S4": (1, 100),
    "S5": (1, 1),
    "S6": (10, 10),
    "S7": (5, 5),
}
_SEXES: Final = {"M": "male", "F": "female", "I": "unknown"}


def read(text: str) -> Card:
    """The card of a code's text. Raises CardUnreadable."""
    if not text.startswith(PREFIX) or len(text) < _HEADER:
        raise CardUnreadable("header")
    found = split(text[_HEADER:], _LENGTHS)
    if missing := [name for name in _LENGTHS if name not in found and name != "S7"]:
        raise CardUnreadable("missing", what=", ".join(missing))
    return Card(kind="ins", traits=_traits(found), matricule=_matricule(found))


def written(card: Card) -> str:
    """The text of a card: what a house of care prints. Raises CardUnreadable without a matricule."""
    if card.matricule is None:
        raise CardUnreadable("matricule")
    oid = next(oid for oid, kind in KINDS.items() if kind == card.matricule.kind)
    sex = next(letter for letter, sex in _SEXES.items() if sex == card.traits.sex)
    year, month, day = card.traits.birth_date.split("-")
    said = {
        "S1": card.matricule.value,
        "S2": oid,
        "S3": card.traits.given,
        "S4": card.traits.family,
        "S5": sex,
        "S6": f"{day}-{month}-{year}",
        "S7": card.traits.birth_place,
    }
    fields = "".join(f"{name}{value}{_end(name, value)}" for name, value in said.items() if value)
    return PREFIX.ljust(_HEADER, "0") + fields


def _end(name: str, value: str) -> str:
    return "" if len(value) == _LENGTHS[name][1] else "\x1d"


def _traits(found: Mapping[str, str]) -> StrictTraits:
    sex = _SEXES.get(found["S5"])
    if sex is None:
        raise CardUnreadable("field", what="S5")
    day, month, year = found["S6"].split("-") if found["S6"].count("-") == 2 else ("", "", "")
    return StrictTraits(found["S4"], found["S3"], dated(day + month + year, "S6"), sex, found.get("S7", ""))


def _matricule(found: Mapping[str, str]) -> Matricule:
    kind = KINDS.get(found["S2"])
    if kind is None:
        raise CardUnreadable("matricule", what="S2")
    read_ = Matricule.of(found["S1"], kind)
    if read_.issues(source="entry"):
        raise CardUnreadable("matricule", what="S1")
    return read_
