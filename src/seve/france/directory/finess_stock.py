"""The historic stock of FINESS (`etalab-cs1100502-stock-….csv`): `structureet` rows, then `geolocalisation` rows.

The file has no header: its first line says `finess;etalab;<number>;<date>`, and its fields go by their place, which is part of
its format. It was Latin-1 for years and is UTF-8 in places: each line says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from seve.fhir import Resource
from seve.france.directory.places import address, joined, routing
from seve.france.directory.projections import Position, position
from seve.france.directory.sites import LegalEntity, Site
from seve.france.directory.tables import LineUnreadable, ValueMissing
from seve.kernel.refusals import Refusal

FIRST_WORD = "finess;"
_STRUCTURE, _GEOLOCATION = "structureet", "geolocalisation"
_COLUMNS = [
    "section",
    "finess",
    "entity",
    "short",
    "name",
    "complement",
    "distribution",
    "number",
    "street_type",
    "street",
    "street_complement",
    "locality",
    "municipality",
    "department",
    "department_label",
    "routing",
    "phone",
    "fax",
    "category",
    "category_label",
    "group",
    "group_label",
    "siret",
    "ape",
    "mft",
    "mft_label",
    "sph",
    "sph_label",
    "opened",
    "authorised",
    "updated",
    "uai",
]
_LEAST = _COLUMNS.index("updated")
_OVERSEAS = {"9A": "97", "9B": "97", "9C": "97", "9D": "97", "9E": "97", "9F": "97"}
"""The department in the code of a municipality, whose third digit the file keeps with the municipality."""


def resources(lines: Iterable[bytes], *, refuse: Callable[[Refusal], None]) -> Iterator[tuple[Resource, bool]]:
    """The resources of a file, each with whether it is a stub. Lines that can't be read are handed to `refuse`.

    A site comes once its position is known or the file ends; a legal entity, of which the file has the number alone, as a stub.
    """
    waiting = dict[str, Site]()
    entities = set[str]()
    for number, line in enumerate(lines, start=1):
        fields = [value.strip() for value in _decoded(line).rstrip("\r\n").split(";")]
        try:
            if fields[0] == _STRUCTURE:
                site = _site(fields, number)
                waiting[site.finess] = site
                if site.entity and site.entity not in entities:
                    entities.add(site.entity)
                    yield LegalEntity(site.entity).resource(), True
            elif fields[0] == _GEOLOCATION and (found := waiting.pop(fields[1], None)):
                yield from _whole(found, _position(fields, number))
        except Refusal as refusal:
            refuse(refusal)
    for site in waiting.values():
        yield from _whole(site, None)


def _whole(site: Site, place: Position | None) -> Iterator[tuple[Resource, bool]]:
    for resource in site.resources(place):
        yield resource, False


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _site(fields: list[str], number: int) -> Site:
    if len(fields) < _LEAST:
        raise LineUnreadable(line=number, found=len(fields), expected=len(_COLUMNS))
    row = dict(zip(_COLUMNS, fields, strict=False))
    if not row["finess"]:
        raise ValueMissing(line=number, column="nofinesset")
    postcode, city = routing(row["routing"])
    street = joined(row["number"], row["street_type"], row["street"], row["street_complement"])
    return Site(
        finess=row["finess"],
        entity=row["entity"],
        name=row["name"] or row["short"],
        short_name=row["short"],
        siret=row["siret"] if row["siret"].isdigit() else "",  # spreadsheets turned some into 2,601E+13
        category=row["category"],
        category_label=row["category_label"],
        opened=_date(row.get("opened", "")),
        address=address(
            extra=joined(row["complement"], row["distribution"]),
            line=joined(street, row["locality"]),
            postcode=postcode,
            city=city,
            cog=_cog(row["department"], row["municipality"]),
        ),
        phone=row["phone"],
        fax=row["fax"],
    )


def _cog(department: str, municipality: str) -> str:
    if not department or not municipality:
        return ""
    return _OVERSEAS.get(department, department.rjust(2, "0")) + municipality.rjust(3, "0")


def _date(text: str) -> str:
    """ISO, or day/month/year as older files have it; "" for anything else."""
    parts = text.split("/") if "/" in text else text.split("-")[::-1]
    is_date = [len(part) for part in parts] == [2, 2, 4] and all(part.isdigit() for part in parts)
    return "-".join(reversed(parts)) if is_date else ""


def _position(fields: list[str], number: int) -> Position | None:
    if len(fields) < 5:
        raise LineUnreadable(line=number, found=len(fields), expected=6)
    try:
        return position(float(fields[2]), float(fields[3]), fields[4])
    except ValueError:  # a site that could not be placed
        return None
