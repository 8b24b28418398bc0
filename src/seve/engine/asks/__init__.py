"""Asks: who may take over what a ServiceRequest wants is asked by a Task each, and answers without reaching the patient. The first to
accept has it: everything that follows from it is written at once, against the versions that were read.
"""

from seve.engine.asks.answering import Ask, Taking, decline, finish, mine, take
from seve.engine.asks.opening import keep
from seve.engine.asks.refusals import AskIsOver, NotAsked, TooLate

__all__ = [
    "Ask",
    "AskIsOver",
    "NotAsked",
    "Taking",
    "TooLate",
    "decline",
    "finish",
    "keep",
    "mine",
    "take",
]
