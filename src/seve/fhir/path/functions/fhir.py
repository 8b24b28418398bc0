"""What FHIR adds to the language (FHIR R4, 2.9.0.2)."""

from __future__ import annotations

from typing import Any

from seve.fhir.definitions import core
from seve.fhir.narrative import is_narrative
from seve.fhir.path.errors import UnknownNameError
from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.references import inside, promised, reference_text
from seve.fhir.path.functions.registry import function
from seve.fhir.path.model import is_known, is_primitive, named, node
from seve.fhir.path.values import Item, Items, Node, single, system


@function("hasValue")
def _has_value(call: Call) -> Items:
    return [len(call.items) == 1 and _primitive_value(call.items[0]) is not None]


@function("getValue")
def _get_value(call: Call) -> Items:
    if len(call.items) != 1 or _primitive_value(call.items[0]) is None:
        return []
    return [system(call.items[0])]


@function("extension", 1)
def _extension(call: Call) -> Items:
    return _extensions(call)


@function("hasExtension", 1)
def _has_extension(call: Call) -> Items:
    return [bool(_extensions(call))]


@function("resolve")
def _resolve(call: Call) -> Items:
    found = (_resolved(call, item) for item in call.items)
    return [item for item in found if item is not None]


@function("memberOf", 1)
def _member_of(call: Call) -> Items:
    value_set, item = call.text_argument(0), single(call.items)
    if value_set is None or item is None:
        return []
    return _known(call.scope.environment.context.member_of(value_set, _raw(item)))


@function("subsumes", 1)
def _subsumes(call: Call) -> Items:
    return _subsumption(call, parent=call.items, child=call.argument(0))


@function("subsumedBy", 1)
def _subsumed_by(call: Call) -> Items:
    return _subsumption(call, parent=call.argument(0), child=call.items)


@function("conformsTo", 1)
def _conforms_to(call: Call) -> Items:
    url, item = call.text_argument(0), single(call.items)
    if url is None or item is None:
        return []
    found = call.scope.environment.context.conforms_to(_raw(item), url)
    if found is None:
        found = _is_of_core_type(item, url)
    if found is None:
        raise UnknownNameError(kind="profile", name=url)
    return [found]


@function("htmlChecks")
def _html_checks(call: Call) -> Items:
    item = single(call.items)
    return [] if item is None else [is_narrative(_raw(item))]


@function("elementDefinition")
def _element_definition(call: Call) -> Items:
    definitions = (_definition_of(item) for item in call.items)
    return [node(definition, "ElementDefinition") for definition in definitions if definition is not None]


@function("slice", 2)
def _slice(call: Call) -> Items:
    structure, name = call.text_argument(0), call.text_argument(1)
    if structure is None or name is None:
        return []
    context = call.scope.environment.context
    return [item for item in call.items if context.conforms_to(_raw(item), f"{structure}#{name}")]


@function("checkModifiers", (0, 16))
def _check_modifiers(call: Call) -> Items:
    known = {call.text_argument(position) for position in range(len(call.arguments))}
    for item in call.items:
        modifiers = named(item, "modifierExtension") if type(item) is Node else []
        for extension in modifiers:
            if extension.value.get("url") not in known:
                raise call.wrong(extension.value.get("url"))
    return call.items


def _primitive_value(item: Item) -> Any:
    if type(item) is not Node:
        return item
    return None if isinstance(item.value, dict | list) else item.value


def _raw(item: Item) -> Any:
    return item.value if type(item) is Node else item


def _known(value: bool | None) -> Items:
    return [] if value is None else [value]


def _extensions(call: Call) -> Items:
    url = call.text_argument(0)
    found: Items = []
    for item in call.items:
        if type(item) is Node:
            found += [e for e in named(item, "extension") if isinstance(e.value, dict) and e.value.get("url") == url]
    call.scope.environment.spend(len(found) + 1)
    return found


def _resolved(call: Call, item: Item) -> Node | None:
    reference = reference_text(_raw(item))
    if not reference:
        return None
    environment = call.scope.environment
    owner = item.owner if type(item) is Node else None
    found = inside(reference, (owner, environment.resource.value, environment.root.value))
    if found is None and not reference.startswith("#"):
        found = environment.context.resolve(reference) or promised(reference)
    return None if found is None else node(found)


def _subsumption(call: Call, *, parent: Items, child: Items) -> Items:
    one, other = single(parent), single(child)
    if one is None or other is None:
        return []
    if _codes(_raw(one)) & _codes(_raw(other)):
        return [True]
    return _known(call.scope.environment.context.subsumes(_raw(one), _raw(other)))


def _codes(value: Any) -> set[tuple[Any, Any]]:
    if not isinstance(value, dict):
        return {("", value)}
    codings = value.get("coding", [value])
    return {(coding.get("system"), coding.get("code")) for coding in codings}


def _is_of_core_type(item: Item, url: str) -> bool | None:
    prefix, _, name = url.rpartition("/")
    if prefix != "http://hl7.org/fhir/StructureDefinition" or not is_known(name) or is_primitive(name):
        return None
    return type(item) is Node and core().is_subtype(item.type, name)


def _definition_of(item: Item) -> dict[str, Any] | None:
    if type(item) is not Node:
        return None
    for definition in core().resources("StructureDefinition").values():
        if definition["type"] == item.type.partition(".")[0] and definition.get("derivation") != "constraint":
            elements: list[dict[str, Any]] = definition["snapshot"]["element"]
            return next((element for element in elements if element["path"] == item.type), None)
    return None
