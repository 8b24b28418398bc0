"""The notice of automatic opening, as who has no account answers it: by a signed link in a message, by a code in a letter.

A code is a number of seven letters and figures, which stands in the Consent of the notice, and five of a check that only the platform
can make (`seve.sdk.links`). It says nothing of anybody, and does nothing without the birth date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from seve.fhir import Resource

NUMBERS: Final = "https://seve.example/opening-notices"
BY_POST: Final = "by-post"
NUMBER_LETTERS: Final = 7
_CODE_LETTERS: Final = 12
_GROUP: Final = 4
_MISREAD: Final = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Letter:
    """What is posted: to whom, where (lines of an address), the code in groups, the day of opening."""

    name: str
    address: tuple[str, ...]
    code: str
    opens: str


def numbered(notice: Resource, number: str) -> Resource:
    """The Consent of a notice with the number of its code."""
    return {**notice, "identifier": [{"system": NUMBERS, "value": number}]}


def number_of(notice: Resource) -> str:
    """The number of its code, or ""."""
    found = (one for one in notice.get("identifier", ()) if one.get("system") == NUMBERS)
    return next((one.get("value", "") for one in found), "")


def posted(notice: Resource) -> Resource:
    """A notice that nobody got in a message, so that it goes by post."""
    meta = notice.get("meta", {})
    return {**notice, "meta": {**meta, "tag": [{"system": NUMBERS, "code": BY_POST}]}}


def typed(code: str) -> tuple[str, str]:
    """Number and check of a code as somebody types it: in any case, with any spaces; ("", "") for what can be none."""
    letters = "".join(one for one in code.upper() if one.isascii() and one.isalnum()).translate(_MISREAD)
    return (letters[:NUMBER_LETTERS], letters[NUMBER_LETTERS:]) if len(letters) == _CODE_LETTERS else ("", "")


def grouped(code: str) -> str:
    """“K7QM-2X4T-9BDA”."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def letter(notice: Resource, patient: Resource, *, name: str, check: str, opens: str) -> Letter:
    """The letter of a notice."""
    address: dict[str, Any] = next(iter(patient.get("address", ())), {})
    town = " ".join(filter(None, (address.get("postalCode", ""), address.get("city", ""))))
    lines = tuple(filter(None, (*address.get("line", ()), town)))
    return Letter(name, lines, grouped(number_of(notice) + check), opens)


def answered(decision: Resource, notice: Resource) -> Resource:
    """A decision that answers a notice."""
    return {**decision, "sourceReference": {"reference": f"Consent/{notice['id']}"}}
