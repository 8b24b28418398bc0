"""The 2D-Doc of titles of identity (ANTS, France Titres): document type 07 of perimeter 01, as the identity card of 2021 bears it.

A header (`DC`, version, authority, certificate, days of issue and of signature counted from 1 January 2000 in hexadecimal, document
type, from version 3 on a perimeter, from version 4 on a country), fields, US, and an ECDSA signature in base 32 over everything before
US. The certificate is looked up by authority and number: those of the French trust list are loaded by an operator; none is shipped.

The lengths of fields are those of the published tables as far as they are publicly known; no real card was at hand to compare with.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import Certificate

from seve.france.cards.card import Card, CardUnreadable, Seal
from seve.france.cards.fields import Length, dated, split
from seve.france.identity.traits import StrictTraits

PREFIX: Final = "DC"
_IDENTITY: Final = "07"
_HEADERS: Final = {"02": 22, "03": 24, "04": 26}
_DAYS_SINCE: Final = date(2000, 1, 1)
_SEXES: Final = {"M": "male", "F": "female"}
_LENGTHS: Final[Mapping[str, Length]] = {
    "60": (0, 60),
    "61": (0, 20),
    "62": (0, 38),
    "63": (0, 38),
    "64": (0, 38),
    "65": (2, 2),
    "66": (1, 20),
    "67": (2, 2),
    "68": (1, 1),
    "69": (8, 8),
    "6A": (0, 32),
    "6B": (3, 3),
    "6C": (2, 2),
    "6F": (0, 90),
    "6G": (0, 38),
    "6H": (0, 10),
    "6I": (2, 2),
    "6N": (8, 8),
    "6O": (8, 8),
    **{f"6{letter}": (0, 38) for letter in "STUVX"},
    "6W": (0, 5),
    "6Y": (2, 2),
}
_HASHES: Final[Mapping[int, hashes.HashAlgorithm]] = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate that signs codes: `name` for people (a test authority says so in it)."""

    name: str
    certificate: Certificate


Authorities = Mapping[str, Authority]
"""By authority and certificate number as the header has them, eight characters (`FR000001`)."""


def read(text: str, authorities: Authorities) -> Card:
    """The card of a code's text, with what its signature is worth. Raises CardUnreadable."""
    size = _HEADERS.get(text[2:4])
    if not text.startswith(PREFIX) or size is None or len(text) < size:
        raise CardUnreadable("header")
    signed, separator, signature = text.partition("\x1f")
    if text[20:22] != _IDENTITY:
        raise CardUnreadable("other_document", what="".join(c for c in text[20:22] if c.isalnum()))
    if not separator:
        raise CardUnreadable("missing", what="US")
    found, key = split(signed[size:], _LENGTHS), text[4:12]
    authority = authorities.get(key)
    return Card(
        kind="identity",
        traits=_traits(found),
        number=found.get("66", "").strip(),
        until=dated(found["6O"], "6O") if "6O" in found else "",
        place_name=found.get("6A", "").strip(),
        seal=_seal(signed, signature, authority, _day(text[16:20])),
        authority=authority.name if authority else "",
    )


def _traits(found: Mapping[str, str]) -> StrictTraits:
    family, given = found.get("62", "").strip(), found.get("60", found.get("61", ""))
    if not family or not given.strip():
        raise CardUnreadable("missing", what="62" if given.strip() else "60")
    return StrictTraits(
        family=family,
        given=" ".join(given.replace("/", " ").replace(",", " ").split()),
        birth_date=dated(found.get("69", ""), "69"),
        sex=_SEXES.get(found.get("68", ""), "unknown"),
    )


def _seal(signed: str, signature: str, authority: Authority | None, day: date | None) -> Seal:
    if authority is None:
        return "unknown"
    key = authority.certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.key_size not in _HASHES:
        return "unknown"
    try:
        padded = signature.rstrip("=") + "=" * (-len(signature.rstrip("=")) % 8)
        raw = base64.b32decode(padded)
        half = (key.key_size + 7) // 8
        if len(raw) != 2 * half:
            return "wrong"
        numbers = int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
        key.verify(encode_dss_signature(*numbers), signed.encode(), ec.ECDSA(_HASHES[key.key_size]))
    except (binascii.Error, ValueError, InvalidSignature):
        return "wrong"
    return "right" if _held(authority.certificate, day) else "out_of_date"


def _held(certificate: Certificate, day: date | None) -> bool:
    first, last = certificate.not_valid_before_utc.date(), certificate.not_valid_after_utc.date()
    return day is not None and first <= day <= last


def _day(written: str) -> date | None:
    """FFFF: the day is not told."""
    try:
        return None if written == "FFFF" else _DAYS_SINCE + timedelta(days=int(written, 16))
    except ValueError as error:
        raise CardUnreadable("date", what="header") from error
