"""What the bar codes on papers of identity say: the INS Datamatrix that a house of care prints, and the 2D-Doc of the identity card.

Pure: from the text of a code to a `Card`. Reading the code off a photograph is `seve.engine.pictures`.
"""

from seve.france.cards.card import Card, CardKind, CardUnreadable, Seal
from seve.france.cards.reading import read_card
from seve.france.cards.two_d_doc import Authorities, Authority

__all__ = ["Authorities", "Authority", "Card", "CardKind", "CardUnreadable", "Seal", "read_card"]
