"""Free times for everybody: SMART Scheduling Links (a manifest, and a file of lines for each of Location, Schedule and Slot)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.france.shared_agendas import Offer

NDJSON: Final = "application/fhir+ndjson"
FILES: Final = {"locations.ndjson": "Location", "schedules.ndjson": "Schedule", "slots.ndjson": "Slot"}
_EXTENSIONS: Final = "http://fhir-registry.smarthealthit.org/StructureDefinition/"


def manifest(base: str, *, now: datetime) -> dict[str, Any]:
    """`base` is where the solution's pages are, with the site."""
    return {
        "transactionTime": now.isoformat(timespec="seconds"),
        "request": f"{base}/$bulk-publish",
        "output": [{"type": type_, "url": f"{base}/data/{name}"} for name, type_ in FILES.items()],
        "error": [],
    }


def location(found: Resource) -> Resource:
    """A place as the guide has it: name, telephone and address, and where it is when the directory knows. `state` is a field for
    addresses of the United States, which others leave out.
    """
    kept = {key: found[key] for key in ("name", "description", "position") if key in found}
    phones = [
        {"system": "phone", "value": one["value"]} for one in found.get("telecom", ()) if one.get("system") == "phone"
    ]
    address: Mapping[str, Any] = found.get("address", {})
    return {
        "resourceType": "Location",
        "id": found["id"],
        **kept,
        "telecom": phones,
        "address": {
            key: address[key] for key in ("line", "city", "district", "postalCode", "country") if key in address
        },
    }


def schedule(
    id_: str, *, place: str, reasons: Iterable[tuple[str, str]], specialties: Iterable[Mapping[str, Any]]
) -> Resource:
    """An agenda of a place, and what one may come for (code and words)."""
    return {
        "resourceType": "Schedule",
        "id": id_,
        "actor": [{"reference": place}],
        "serviceType": [{"coding": [{"code": code, "display": words}], "text": words} for code, words in reasons],
        **({"specialty": list(specialties)} if specialties else {}),
    }


def slot(offer: Offer, *, seats: int) -> Resource:
    """A free time with the link that books it; of a group, how many seats are left."""
    extensions: list[dict[str, Any]] = [{"url": f"{_EXTENSIONS}booking-deep-link", "valueUrl": offer.link}]
    if seats > 1:
        extensions.append({"url": f"{_EXTENSIONS}slot-capacity", "valueInteger": seats})
    return {
        "resourceType": "Slot",
        "id": offer.id,
        "extension": extensions,
        "schedule": {"reference": f"Schedule/{offer.schedule}"},
        "status": "free",
        "start": offer.start.isoformat(timespec="seconds"),
        "end": offer.end.isoformat(timespec="seconds"),
    }


def lines(resources: Iterable[Resource]) -> bytes:
    """One resource a line."""
    return b"".join(encode_json(one) + b"\n" for one in resources)
