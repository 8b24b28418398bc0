"""Resources made to be found: for a path of a parameter and a number, a value at its end and the search for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from seve.fhir.search.parameters import SearchParameter
from seve.fhir.search.paths import Access, Key, NotFalseKeys, Path, paths
from seve.fhir.search.plan import endings
from seve.fhir.search.separation import escaped
from seve.fhir.search.steps import Equals, Extension, FromResource, HasExtension, Index, Resolves

SYSTEM, UCUM = "http://system.example", "http://unitsofmeasure.org"


@dataclass(frozen=True)
class Made:
    """A value of a FHIR type and the search value that finds it."""

    value: Any
    search: str


def made(type_: str, datatype: str, number: int, *, target: str = "Patient") -> Made | None:
    """None when the datatype isn't searched by the type."""
    maker = _MAKERS.get(type_)
    return maker(datatype, number, target) if maker else None


def _token(datatype: str, n: int, _: str) -> Made | None:
    coding = {"system": SYSTEM, "code": f"c{n}"}
    return {
        "Coding": Made(coding, f"{SYSTEM}|c{n}"),
        "CodeableConcept": Made({"coding": [coding]}, f"{SYSTEM}|c{n}"),
        "Identifier": Made({"system": SYSTEM, "value": f"v{n}"}, f"{SYSTEM}|v{n}"),
        "ContactPoint": Made({"value": f"m{n}@x.example"}, f"M{n}@x.example"),
        "code": Made(f"c{n}", f"c{n}"),
        "boolean": Made(n % 2 == 0, "true" if n % 2 == 0 else "false"),
        "id": Made(f"i{n}", f"i{n}"),
        "string": Made(f"s{n}", f"s{n}"),
        "uri": Made(f"http://u.example/{n}", f"http://u.example/{n}"),
    }.get(datatype)


def _string(datatype: str, n: int, _: str) -> Made | None:
    text = f"Été, ou {n}$"
    search = escaped(f"ete,   OU {n}$")
    return {
        "string": Made(text, search),
        "markdown": Made(text, search),
        "HumanName": Made({"family": "x", "given": ["y", text]}, search),
        "Address": Made({"city": "x", "line": ["y", text]}, search),
    }.get(datatype)


def _date(datatype: str, n: int, _: str) -> Made | None:
    day = date.fromordinal(650_000 + n % 100_000).isoformat()
    return {
        "date": Made(day, day),
        "dateTime": Made(f"{day}T10:00:00+02:00", day),
        "instant": Made(f"{day}T10:00:00.123Z", f"{day}T10:00:00.123Z"),
        "Period": Made({"start": day, "end": day}, day),
        "Timing": Made({"event": [f"{day}T10:00:00Z", f"{day}T12:00:00Z"]}, f"ap{day}"),
    }.get(datatype)


def _number(datatype: str, n: int, _: str) -> Made | None:
    limits = {"low": {"value": Decimal(n)}, "high": {"value": Decimal(n + 1)}}
    return {
        "decimal": Made(Decimal(n), str(n)),
        "integer": Made(n, str(n)),
        "Range": Made(limits, f"ap{n}"),
    }.get(datatype)


def _quantity(datatype: str, n: int, _: str) -> Made | None:
    unit = {"system": UCUM, "code": "mg"}
    grams = f"{Decimal(n).scaleb(-3)}|{UCUM}|g"
    quantity = {"value": Decimal(n), **unit}
    limits = {"low": quantity, "high": {**quantity, "value": Decimal(n) + Decimal("0.1")}}
    samples = {"origin": {**unit, "value": Decimal(n)}, "period": 1, "dimensions": 1, "data": "0 0.1 E"}
    return {
        **{name: Made(quantity, grams) for name in ("Quantity", "Age", "Duration")},
        "Money": Made({"value": Decimal(n), "currency": "EUR"}, f"{n}||EUR"),
        "Range": Made(limits, f"{n}|{UCUM}|mg"),
        "SampledData": Made(samples, f"{n}|{UCUM}|mg"),
    }.get(datatype)


def _uri(datatype: str, n: int, _: str) -> Made | None:
    url = f"http://u.example/{n}"
    return {"canonical": Made(f"{url}|1", url), "uri": Made(url, url), "url": Made(url, url)}.get(datatype)


def _reference(datatype: str, n: int, target: str) -> Made | None:
    if datatype == "Reference":
        return Made({"reference": f"{target}/r{n}"}, f"{target}/r{n}")
    if datatype == "Resource":
        return Made({"resourceType": target, "id": f"r{n}"}, f"{target}/r{n}")
    return _uri(datatype, n, target)


def _special(datatype: str, n: int, _: str) -> Made | None:
    latitude = n % 170 - 85
    place = {"latitude": Decimal(latitude), "longitude": Decimal(0)}
    return Made(place, f"{latitude}|0.01|2|km") if datatype == "Location.position" else None


_MAKERS = {
    "token": _token,
    "string": _string,
    "date": _date,
    "number": _number,
    "quantity": _quantity,
    "uri": _uri,
    "reference": _reference,
    "special": _special,
}


def ways(parameter: SearchParameter) -> list[Path]:
    """The paths of a parameter that a value can be put at the end of."""
    found = paths(parameter.expression, parameter.resource_type).paths
    ends = [end for path in found for end in endings(path, parameter.type)]
    return [end for end in ends if not any(isinstance(a, NotFalseKeys) for a in end.accesses)]


def simple(parameter: SearchParameter, way: Path, number: int) -> Made | None:
    """A resource with a value at the end of a way, and the value that finds it."""
    target = next((a.type for a in way.accesses if isinstance(a, Resolves)), (*parameter.targets, "Patient")[0])
    value = made(parameter.type, way.type, number, target=target)
    return value and Made(_resource(parameter, placed(way.accesses, value.value)), value.search)


def composite(parameter: SearchParameter, way: Path, number: int) -> Iterator[Made]:
    """Resources with a composite at the end of a way: one for each pair of datatypes of its parts."""
    options = [list(_parts(c.expression, c.type, way.type, number + i)) for i, c in enumerate(parameter.components)]
    if any(not option for option in options):
        return
    for position in range(max(map(len, options))):
        chosen = [option[min(position, len(option) - 1)] for option in options]
        value: dict[str, Any] = {}
        resource: dict[str, Any] = {}
        for from_resource, part in chosen:
            target = resource if from_resource else value
            target.update(part.value)
        whole = merged(_resource(parameter, placed(way.accesses, value)), resource)
        yield Made(whole, "$".join(part.search for _, part in chosen))


def _parts(expression: str, type_: str, root: str, number: int) -> Iterator[tuple[bool, Made]]:
    for path in paths(expression, root).paths:
        value = made(type_, path.type, number, target="DocumentReference")
        if value:
            from_resource = isinstance(path.accesses[0], FromResource)
            accesses = path.accesses[1:] if from_resource else path.accesses
            yield from_resource, Made(placed(accesses, value.value), value.search)


def _resource(parameter: SearchParameter, content: Any) -> dict[str, Any]:
    return {"resourceType": parameter.resource_type, "id": "made", **content}


def merged(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    return {**left, **right}


def placed(accesses: tuple[Access, ...], value: Any) -> Any:
    """JSON in which the way leads to the value."""
    if not accesses:
        return value
    inner = placed(accesses[1:], value)
    match accesses[0]:
        case Key(name, is_list):
            return {name: [inner] if is_list else inner}
        case Index(position):
            return [{}] * position + [inner]
        case Equals(name, text):
            return {**inner, name: text}
        case HasExtension(url):
            return {**inner, "extension": [{"url": url}]}
        case Extension(url):
            return {**inner, "url": url}
        case _:
            return inner
