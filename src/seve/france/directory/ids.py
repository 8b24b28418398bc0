"""Ids that follow from national numbers, so that every import of a person, an activity or a structure finds it again."""

from __future__ import annotations

import re
from hashlib import blake2b

from seve.france.identity.professionals import NationalId

PRACTITIONER_PREFIX = "ps-"
ROLE_PREFIX = "psr-"
FINESS_PREFIX = "finess-"

_PLAIN = re.compile(r"[A-Za-z0-9]{1,40}")


def practitioner_id(identity: NationalId) -> str:
    """`ps-810003395216`: idNatPS, which is public."""
    return PRACTITIONER_PREFIX + _plain(identity.packed)


def role_id(
    identity: NationalId, *, profession: str, category: str, mode: str, section: str, role: str, structure: str
) -> str:
    """The id of an activity: what a person is, how, and where. `structure` is the FINESS number of the site, else its SIRET,
    else the technical number, else "". Know-how, sector and address may change without making another activity of it.
    """
    parts = (identity.packed, profession, category, mode, section, role, structure)
    return ROLE_PREFIX + blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def organization_id(*, finess: str, siret: str, technical: str) -> str:
    """The id of a structure by its best number; "" when it has none."""
    if finess:
        return finess_id(finess)
    if siret:
        return f"siret-{_plain(siret)}"
    return f"structure-{_plain(technical)}" if technical else ""


def finess_id(number: str) -> str:
    """`finess-750712184`, for a legal entity or a site: their numbers are of one series."""
    return FINESS_PREFIX + _plain(number)


def _plain(text: str) -> str:
    """The text itself where an id allows it, else a hash."""
    return text if _PLAIN.fullmatch(text) else "x" + blake2b(text.encode(), digest_size=12).hexdigest()
