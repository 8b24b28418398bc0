"""The 64-bit keys under which search values are stored, and the folding of text.

A key is `param_key ^ value_key(form) [^ marker]`: the store only ever compares integers. Extraction and grammar make keys
with the functions of this module alone, so that both sides agree.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from zlib import crc32

_WORD = re.compile(r"\w+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "’": "'", "ʼ": "'"})
_SIGN_BIT = 1 << 31


def hashed(text: str) -> int:
    """`value_key` without its cache, for texts that hardly come twice: identifiers, descriptions."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


@lru_cache(maxsize=262_144)
def value_key(text: str) -> int:
    """The signed 64-bit key of a text: its BLAKE2b in eight bytes."""
    return hashed(text)


@lru_cache(maxsize=16_384)
def param_key(resource_type: str, code: str) -> int:
    """The key of one parameter of one type: `value_key("Observation.code")`."""
    return value_key(f"{resource_type}.{code}")


@lru_cache(maxsize=256)
def compartment_key(kind: str) -> int:
    """The parameter key of the links that place a resource in compartments of a kind (`Encounter`, `Practitioner`, …)."""
    return value_key(f"_compartment.{kind}")


WIDE = value_key("\x00wide")
"""Marks rows whose lo and hi are far apart: dates over 24 hours and a second, numbers and quantities with lo != hi."""

TEXT = value_key("\x00text")
"""Marks folded display texts of tokens (`:text`) among the strings."""

IDENTIFIER = value_key(":identifier")
"""Marks the identifier of a logical reference (`:identifier`) among the postings."""

OF_TYPE = value_key(":of-type")
"""Marks identifiers by type (`:of-type`) among the postings."""

BELOW = value_key("\x00below")
"""Marks links to a canonical by the beginning of its version (`:below` on canonical references)."""

WRITTEN = value_key("\x00written")
"""Marks links to a canonical as it is written, by which chains tell a version from all versions."""

NARROW_MICROSECONDS = 86_401_000_000
"""Dates that span at most this much (24 hours and a second) are narrow."""

CANONICAL = value_key("\x00canonical")
"""The parameter key of a resource's own canonical url: a link to `value_key(url)` and to `value_key(url|version)`."""


ABOUT = value_key("\x00about")
"""The parameter key of links from a resource that is about several patients to each of them (`fhir.access.subjects`)."""

ADDRESSED = value_key("\x00addressed")
"""The parameter key of links from an Appointment or a Communication to those whom it is for, patients left out."""

KEPT = value_key("\x00kept")
"""The parameter key of the link from a document of an organisation's own file to that organisation (`fhir.access.openings`)."""

SECURITY_CONTEXT = value_key("\x00securityContext")
"""The parameter key of the link from a Binary to its security context (R4, 2.36.3)."""


def fold(text: str) -> str:
    """Text as it is compared: no case, no accents, ligatures opened, white space collapsed (R4, 3.1.1.4.8)."""
    if text.isascii():
        return " ".join(text.lower().split())
    opened = unicodedata.normalize("NFKD", text).casefold().translate(_LIGATURES)
    bare = "".join(c for c in unicodedata.normalize("NFKD", opened) if not unicodedata.combining(c))
    return " ".join(bare.split())


def words(text: str) -> list[str]:
    """The distinct words of a text, folded, in order."""
    return list(dict.fromkeys(_WORD.findall(fold(text))))


def trigrams(folded: str) -> list[int]:
    """The distinct trigrams of a folded text as signed 32-bit integers; none when it is shorter than three characters."""
    grams = {folded[i : i + 3] for i in range(len(folded) - 2)}
    return sorted((crc32(g.encode("utf-8", "surrogatepass")) ^ _SIGN_BIT) - _SIGN_BIT for g in grams)
