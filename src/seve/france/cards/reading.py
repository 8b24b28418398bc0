"""A card from the text of a code, of whichever kind."""

from __future__ import annotations

from seve.france.cards import ins_datamatrix, two_d_doc
from seve.france.cards.card import Card, CardUnreadable
from seve.france.cards.two_d_doc import Authorities

_LONGEST = 3_200
"""More than a Data Matrix holds."""


def read_card(text: str, *, authorities: Authorities) -> Card:
    """Raises CardUnreadable."""
    if len(text) > _LONGEST:
        raise CardUnreadable("unknown")
    if text.startswith(ins_datamatrix.PREFIX):
        return ins_datamatrix.read(text)
    if text.startswith(two_d_doc.PREFIX):
        return two_d_doc.read(text, authorities)
    raise CardUnreadable("unknown")
