"""Addresses, telephone numbers and codings as the directories' resources have them."""

from __future__ import annotations

from typing import Any

from seve.france.identity.professions import MUNICIPALITY_SYSTEM
from seve.france.identity.traits import INSEE_CODE

_POSTCODE_LENGTH = 5


def address(
    *, line: str, postcode: str, city: str, cog: str = "", country: str = "", extra: str = ""
) -> dict[str, Any]:
    """An Address; {} when nothing is known. `extra` is a line before that of the street, `cog` the municipality's code."""
    found: dict[str, Any] = {
        "extension": [{"url": INSEE_CODE, "valueCoding": {"system": MUNICIPALITY_SYSTEM, "code": cog}}] if cog else [],
        "use": "work",
        "line": [text for text in (extra, line) if text],
        "city": city,
        "postalCode": postcode,
        "country": country,
    }
    is_known = any(found[key] for key in ("line", "city", "postalCode"))
    return {key: value for key, value in found.items() if value} if is_known else {}


def joined(*parts: str) -> str:
    """Parts of a line with single spaces, the empty ones left out."""
    return " ".join(" ".join(parts).split())


def routing(line: str) -> tuple[str, str]:
    """Postcode and town of a last address line (`01440 VIRIAT`); a CEDEX keeps its own postcode and name."""
    head, _, rest = line.strip().partition(" ")
    return (head, rest.strip()) if len(head) == _POSTCODE_LENGTH and head.isdigit() else ("", line.strip())


def telecom(*, phones: tuple[str, ...] = (), fax: str = "", email: str = "") -> list[dict[str, str]]:
    """The contact points of work."""
    found = [("phone", phone) for phone in dict.fromkeys(phones)] + [("fax", fax), ("email", email)]
    return [{"system": system, "value": value, "use": "work"} for system, value in found if value]


def concept(*codings: tuple[str, str, str]) -> dict[str, Any]:
    """A CodeableConcept of (system, code, display), those without a code left out."""
    return {
        "coding": [
            {"system": system, "code": code} | ({"display": display} if display else {})
            for system, code, display in codings
            if code
        ]
    }


def filled(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource without what is empty, which FHIR doesn't allow; false stays."""
    return {key: value for key, value in resource.items() if value or value is False}
