"""FHIR types of columns: which there are, what their values are in memory, and which may stand for which."""

from __future__ import annotations

from seve.fhir.path.model import is_known, is_primitive, is_subtype
from seve.fhir.views.model import Kind

_PREFIXES = ("http://hl7.org/fhir/StructureDefinition/", "http://hl7.org/fhirpath/System.")
_SYSTEM = {
    "System.String": "string",
    "System.Boolean": "boolean",
    "System.Integer": "integer",
    "System.Decimal": "decimal",
    "System.Date": "date",
    "System.DateTime": "dateTime",
    "System.Time": "time",
}
_INTEGERS = frozenset(("integer", "positiveInt", "unsignedInt", "integer64"))
_MOMENTS = frozenset(("date", "dateTime", "instant"))
TEMPORAL = _MOMENTS | {"time"}
_STANDS_FOR = {
    "date": frozenset(("date",)),
    "dateTime": _MOMENTS,
    "instant": frozenset(("instant", "dateTime")),
    "time": frozenset(("time",)),
}


def type_name(uri: str) -> str | None:
    """The FHIR type that a column's `type` names, relative or absolute; None when R4 has none of that name."""
    local = uri
    for prefix in _PREFIXES:
        local = local.removeprefix(prefix)
    local = _SYSTEM.get(local, _SYSTEM.get(f"System.{local}", local))
    return local if is_known(local) or local == "integer64" else None


def normal(name: str) -> str:
    """A FHIR type for what the data model calls a System type."""
    return _SYSTEM.get(name, name)


def kind_of(name: str) -> Kind:
    """What values of a FHIR type are in memory."""
    if name in _INTEGERS:
        return "integer"
    if name in {"decimal", "boolean"}:
        return "decimal" if name == "decimal" else "boolean"
    return "text" if is_primitive(name) else "complex"


def fits(found: str, stated: str) -> bool:
    """Whether a value of the type `found` may stand in a column of the type `stated`."""
    kind, wanted = kind_of(found), kind_of(stated)
    if wanted == "complex" or kind == "complex":
        return kind == wanted and is_subtype(found, stated)
    if wanted == "decimal":
        return kind in {"decimal", "integer"}
    if kind != wanted:
        return False
    if stated in _STANDS_FOR:
        return found in _STANDS_FOR[stated]
    return wanted != "text" or stated == "string" or found not in TEMPORAL
