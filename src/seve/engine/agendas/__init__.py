"""Appointments on agendas: who may take time, move it and give it back. That no time is taken twice is the store's constraint."""

from seve.engine.agendas.booking import book, change
from seve.engine.agendas.keeping import keep
from seve.engine.agendas.refusals import NotFree
from seve.engine.agendas.stored import Alone

__all__ = ["Alone", "NotFree", "book", "change", "keep"]
