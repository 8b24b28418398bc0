"""The flow of FINESS+ (schema v1.0.0): one JSON document, `pmej[]` legal entities with `ege[]` sites.

The document is large, so `pmej` is read an element at a time. Coordinates are taken where they are degrees: files have them
as `directionLatitude` and `directionLongitude`, or in `coordonneeX` and `coordonneeY`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from seve.fhir import Resource
from seve.france.directory.places import address, joined
from seve.france.directory.projections import Position
from seve.france.directory.sites import LegalEntity, Site
from seve.france.directory.tables import DirectoryRefusal

_ARRAY = re.compile(r'"pmej"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_MAINLAND_AND_OVERSEAS = ((-62.0, 56.0), (-22.0, 52.0))


class JsonUnreadable(DirectoryRefusal):
    """The document is broken. Fields: `name`, `line`, `reason`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "structure"
    key: ClassVar[str] = "france.directory.json_unreadable"


def resources(parts: Iterable[str], *, name: str) -> Iterator[tuple[Resource, bool]]:
    """The resources of a document that comes in parts of any size, none of them a stub. Raises JsonUnreadable."""
    for entity in _elements(parts, name=name):
        own = _entity(entity)
        if own is None:
            continue
        yield own.resource(), False
        for told in entity.get("ege") or ():
            site, place = _site(told, own.finess)
            if site is not None:
                for resource in site.resources(place):
                    yield resource, False


def _elements(parts: Iterable[str], *, name: str) -> Iterator[dict[str, Any]]:
    """The elements of `pmej`, each parsed as soon as it is there in whole."""
    decoder, text, lines, is_inside = json.JSONDecoder(), "", 0, False
    for part in parts:
        text += part
        if not is_inside:
            if (found := _ARRAY.search(text)) is None:
                continue
            is_inside, lines, text = True, text.count("\n", 0, found.end()), text[found.end() :]
        at = 0
        while True:
            start = _end(_BETWEEN, text, at)
            if text[start : start + 1] == "]":
                return
            try:
                element, at = decoder.raw_decode(text, start)
            except json.JSONDecodeError:
                break  # not there in whole yet
            yield element
        lines, text = lines + text.count("\n", 0, at), text[at:]
    line = lines + 1
    raise JsonUnreadable(name=name, line=line, reason="the array of legal entities (pmej) does not end")


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _entity(told: dict[str, Any]) -> LegalEntity | None:
    own = told.get("informationsGeneralesPMEJ") or {}
    number = own.get("numFinessPm") or ""
    if not number:
        return None
    return LegalEntity(
        finess=number,
        name=own.get("denominationLonguePmSmsse") or own.get("denominationPm") or number,
        siren=own.get("siren") or "",
        is_active=_is_active(told, own),
        address=_address(told),
        phone=_phone(told),
    )


def _site(told: dict[str, Any], entity: str) -> tuple[Site | None, Position | None]:
    own = told.get("informationsGeneralesEGE") or {}
    number = own.get("numFinessEge") or ""
    if not number:
        return None, None
    name = own.get("nomEgeLong") or own.get("nomEgeCourt") or number
    site = Site(
        finess=number,
        entity=entity,
        name=name,
        short_name=own.get("nomEgeCourt") or "",
        siret=own.get("siret") or "",
        category=told.get("categorieentiteGeographiqueExercice") or "",
        opened=(own.get("dateOuverture") or "")[:10],
        is_active=_is_active(told, own),
        address=_address(told),
        phone=_phone(told),
    )
    return site, _position(_first_address(told).get("coordonneesGeographique") or {})


def _is_active(told: dict[str, Any], own: dict[str, Any]) -> bool:
    return told.get("etatObjet", "A") == "A" and not own.get("dateFermeture")


def _first_address(told: dict[str, Any]) -> dict[str, Any]:
    return next(iter(told.get("adresse") or ()), {})


def _address(told: dict[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in _first_address(told).items() if isinstance(value, str)}
    street = joined(own.get("numeroVoie", ""), own.get("typeVoie", ""), own.get("libelleVoie", ""))
    return address(
        extra=own.get("lieuDit", ""),
        line=street or own.get("ligneQuatre", ""),
        postcode=own.get("codePostal", ""),
        city=own.get("ligneAcheminement", ""),
        cog=own.get("cogCommune", ""),
    )


def _phone(told: dict[str, Any]) -> str:
    for contact in told.get("contact") or ():
        if phone := (contact.get("telecom") or {}).get("telephone"):
            return phone
    return ""


def _position(told: dict[str, Any]) -> Position | None:
    """Degrees where they are degrees of France; Lambert coordinates without their projection place nothing."""
    for latitude, longitude in (("directionLatitude", "directionLongitude"), ("coordonneeY", "coordonneeX")):
        try:
            found = (float(told[latitude]), float(told[longitude]))
        except (KeyError, TypeError, ValueError):
            continue
        (west, east), (south, north) = _MAINLAND_AND_OVERSEAS
        if south <= found[0] <= north and west <= found[1] <= east:
            return found
    return None
