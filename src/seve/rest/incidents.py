"""Errors that nobody foresaw: what the caller is told of them, and what the log is."""

from __future__ import annotations

import logging
import secrets
import traceback

from seve.kernel.refusals import Refusal
from seve.rest.refusals import Incident, StoreRefuses, Unavailable
from seve.store.database import is_refusing, is_unavailable

_LOG = logging.getLogger("seve.rest")


def told(error: Exception) -> Refusal:
    """What the caller is told of an error; the log gets its class and place, not its message, which may quote a person's data."""
    if is_unavailable(error):
        _LOG.warning("the database can't be reached: %s", type(error).__name__)
        return Unavailable()
    if is_refusing(error):
        _LOG.error("the database takes nothing: %s; `seve doctor` tells why", type(error).__name__)
        return StoreRefuses()
    incident = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    place = " < ".join(
        f"{frame.filename.rpartition('/seve/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
    _LOG.error("incident %s: %s at %s", incident, type(error).__name__, place)
    return Incident(incident=incident)
