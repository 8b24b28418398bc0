"""One msgspec decoder for all of R4: structs made from the definitions only to check raw JSON, then thrown away.

What a struct can't say by its fields (one type of a choice, a required primitive given by its `_` sibling alone, nulls that
are aligned) is checked when it has been filled, by getters that run in C.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Annotated, Any, TypeAlias, Union

import msgspec
from msgspec import UNSET, Meta, UnsetType

from seve.fhir.definitions import Element, TypeSchema, core
from seve.fhir.validation.primitives import INTEGERS, PATTERNS, length_of
from seve.fhir.validation.structure import has_sibling, is_aligned, is_primitive

_Check: TypeAlias = Callable[[Any], None]
_Field: TypeAlias = tuple[str, Any, Any] | tuple[str, Any]
_RESOURCE = "Resource"


@cache
def decoder() -> msgspec.json.Decoder[Any]:
    """The decoder of any resource, chosen by its `resourceType`. Built once: about 0.2 s."""
    types = {name: t for name, t in core().types.items() if t.kind != "primitive-type" and not _is_family(t)}
    structs = {name: _struct(schema) for name, schema in types.items()}
    structs[_RESOURCE] = Union[tuple(structs[name] for name in sorted(core().resource_types))]  # noqa: UP007 - made at run time
    for name, schema in types.items():
        for referred in _referred(schema):
            setattr(structs[name], _identifier(referred), structs[referred])
    return msgspec.json.Decoder(structs[_RESOURCE])


def _is_family(schema: TypeSchema) -> bool:
    return schema.kind == "resource" and schema.is_abstract


def _referred(schema: TypeSchema) -> set[str]:
    names = {name for element in schema.elements.values() for name in element.keys.values()}
    return {name for name in names if not is_primitive(name)} | {"Element"}


def _struct(schema: TypeSchema) -> Any:
    fields: list[_Field] = []
    checks: list[_Check] = []
    for element in schema.elements.values():
        fields += _fields(schema, element)
        checks += _checks(element)
    is_resource = schema.kind == "resource"
    return msgspec.defstruct(
        _identifier(schema.name),
        fields,
        namespace={"__post_init__": _all(checks)} if checks else None,
        module=__name__,
        tag_field="resourceType" if is_resource else None,
        tag=schema.name if is_resource else None,
        rename={name[0]: name[0].removeprefix("x_") for name in fields},
        forbid_unknown_fields=True,
        kw_only=True,
        eq=False,
        gc=False,
    )


def _identifier(type_name: str) -> str:
    return "T_" + type_name.replace(".", "_")


def _fields(schema: TypeSchema, element: Element) -> Iterator[_Field]:
    for key, type_name in element.keys.items():
        is_id = key == "id" and schema.kind == "resource"
        of = "id" if is_id else type_name
        sibling = has_sibling(element, type_name)
        value = _primitive(of) if is_primitive(of) else _identifier(of)
        if element.min and not element.is_choice and not sibling:
            yield f"x_{key}", _listed(element, value, null="")
        else:
            yield f"x_{key}", _listed(element, value, null="| None" if sibling else "", optional=True), UNSET
        if sibling:
            yield f"x__{key}", _listed(element, _identifier("Element"), null="| None", optional=True), UNSET


def _listed(element: Element, value: Any, *, null: str, optional: bool = False) -> Any:
    """The annotation; types named by text are found on the struct's class when the decoder is made."""
    if not isinstance(value, str):
        listed: Any = Annotated[list[value | None] if null else list[value], Meta(min_length=1)]
        return _or_unset(listed if element.is_list else value, optional=optional)
    text = f"Annotated[list[{value} {null}], Meta(min_length=1)]" if element.is_list else value
    return f"{text} | UnsetType" if optional else text


def _or_unset(annotation: Any, *, optional: bool) -> Any:
    return annotation | UnsetType if optional else annotation


def _primitive(name: str) -> Any:
    """The annotation of a primitive. `float` for decimals: msgspec would take a string for a `Decimal`."""
    if name in INTEGERS:
        low, high = INTEGERS[name]
        return Annotated[int, Meta(ge=low, le=high)]
    if name in PATTERNS:
        return Annotated[str, Meta(pattern=PATTERNS[name], max_length=length_of(name))]
    if name in ("boolean", "decimal"):
        return bool if name == "boolean" else float
    return Annotated[str, Meta(min_length=1, max_length=length_of(name))]


def _checks(element: Element) -> Iterator[_Check]:
    siblings = [key for key, name in element.keys.items() if has_sibling(element, name)]
    if element.is_choice:
        yield _one_choice(list(element.keys), siblings, is_required=element.min > 0)
    elif siblings and element.is_list:
        yield _aligned(element.name, is_required=element.min > 0)
    elif siblings and element.min:
        yield _present(element.name)


def _all(checks: Iterable[_Check]) -> _Check:
    frozen = tuple(checks)
    if len(frozen) == 1:
        return frozen[0]

    def run(struct: Any) -> None:
        for check in frozen:
            check(struct)

    return run


def _present(key: str) -> _Check:
    value, sibling = operator.attrgetter(f"x_{key}"), operator.attrgetter(f"x__{key}")

    def check(struct: Any) -> None:
        if value(struct) is UNSET and sibling(struct) is UNSET:
            raise ValueError(key)

    return check


def _one_choice(keys: list[str], siblings: list[str], *, is_required: bool) -> _Check:
    values = _getter([f"x_{key}" for key in keys])
    others = _getter([f"x__{key}" for key in siblings])
    most = len(keys) + len(siblings)

    def check(struct: Any) -> None:
        found, beside = values(struct), others(struct)
        unset = found.count(UNSET) + beside.count(UNSET)
        if unset > most - 2 and (unset < most or not is_required):
            return
        given = {k for k, v in zip(keys, found, strict=True) if v is not UNSET}
        given |= {k for k, v in zip(siblings, beside, strict=True) if v is not UNSET}
        if len(given) != 1:
            raise ValueError(",".join(sorted(given)))

    return check


def _aligned(key: str, *, is_required: bool) -> _Check:
    both = operator.attrgetter(f"x_{key}", f"x__{key}")

    def check(struct: Any) -> None:
        values, siblings = both(struct)
        if siblings is UNSET:
            is_bad = is_required if values is UNSET else None in values
        else:
            is_bad = not is_aligned([] if values is UNSET else values, siblings)
        if is_bad:
            raise ValueError(key)

    return check


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return operator.attrgetter(*names)
    return (lambda struct: (getattr(struct, names[0]),)) if names else (lambda _: ())
