"""Invocation by definition: level and verb checked, parameters read from the query or the Parameters body, results shaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from seve.engine.access.telling import tell_operation
from seve.engine.operations.registry import Call, Operation, operations
from seve.engine.refusals import InvalidParameter, MethodNotAllowed, UnknownOperation
from seve.engine.requests import Answer, Request
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.kernel.refusals import Refusal

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

_PRESENTATION = frozenset({"_format", "_pretty", "_page"})


class UnknownOperationParameter(Refusal):
    """The definition has no such parameter."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "engine.refusals.unknown_operation_parameter"


class OperationParameterMissing(Refusal):
    """A parameter that the definition requires is absent, or one comes more often than it allows."""

    code: ClassVar[str] = "required"
    key: ClassVar[str] = "engine.refusals.operation_parameter_cardinality"


async def invoke(engine: Engine, grant: Grant, request: Request, *, name: str, type_: str, id_: str) -> Answer:
    """Runs the operation called `name` at its level."""
    operation, definition = _found(engine, name, type_=type_, id_=id_)
    _check_verb(request, definition)
    given = _given(request, definition)
    declared = definition.get("parameter", ())
    if operation.takes_search:
        names = {parameter["name"] for parameter in declared}
        given = {name: values for name, values in given.items() if name in names}
    call = Call(engine, grant, request, type_, id_, _checked(given, declared))
    outcome = await operation.run(call)
    await tell_operation(engine, grant, name, type_=type_, id_=id_, query=urlencode(request.query))
    return outcome if isinstance(outcome, Answer) else Answer(200, outcome)


def _found(engine: Engine, name: str, *, type_: str, id_: str) -> tuple[Operation, Resource]:
    level = "instance" if id_ else "type" if type_ else "system"
    for url, operation in operations().items():
        definition = engine.definitions.resource("OperationDefinition", url)
        if definition is None or definition["code"] != name or not definition.get(level):
            continue
        types = definition.get("resource", [])
        if level == "system" or type_ in types or "Resource" in types:
            return operation, definition
    raise UnknownOperation(name=name[:64])


def _check_verb(request: Request, definition: Resource) -> None:
    is_read = request.method in ("GET", "HEAD")
    if not (is_read or request.method == "POST") or (is_read and definition.get("affectsState")):
        raise MethodNotAllowed(method=request.method, path=request.path)


def _given(request: Request, definition: Resource) -> dict[str, list[Any]]:
    given = dict[str, list[Any]]()
    declared = {p["name"]: p for p in definition.get("parameter", ()) if p["use"] == "in"}
    for name, text in request.query:
        if name not in _PRESENTATION:
            given.setdefault(name, []).append(_from_text(text, declared.get(name, {}), name))
    body = request.resource
    if body is None:
        return given
    if body["resourceType"] == "Parameters":
        for name, values in _from_parameters(body.get("parameter", ())).items():
            given.setdefault(name, []).extend(values)
    else:  # one resource parameter may come bare (3.2.1.1.4)
        name = next((n for n, p in declared.items() if p.get("type") in ("Resource", body["resourceType"])), "resource")
        given.setdefault(name, []).append(body)
    return given


def _from_parameters(parameters: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    given = dict[str, list[Any]]()
    for parameter in parameters:
        value = parameter.get("resource")
        if value is None:
            value = next((v for key, v in parameter.items() if key.startswith("value")), None)
        if value is None:
            value = _from_parameters(parameter.get("part", ()))
        given.setdefault(parameter["name"], []).append(value)
    return given


def _from_text(text: str, parameter: Mapping[str, Any], name: str) -> Any:
    type_ = parameter.get("type", "string")
    try:
        match type_:
            case "boolean":
                return {"true": True, "false": False}[text]
            case "integer" | "positiveInt" | "unsignedInt":
                return int(text)
            case "decimal":
                return Decimal(text)
            case "Coding" | "CodeableConcept" | "Identifier" | "Quantity" | "Period":
                return parse(text.encode())
            case _:
                return text
    except (KeyError, ValueError, InvalidOperation, Refusal) as error:
        raise InvalidParameter(name=name, value=text[:100], expression=f"http.{name}") from error


def _checked(given: Mapping[str, list[Any]], declared: Iterable[Mapping[str, Any]]) -> Mapping[str, list[Any]]:
    ins = {p["name"]: p for p in declared if p["use"] == "in"}
    for name in given:
        if name not in ins:
            raise UnknownOperationParameter(
                name=name[:64], expression=f"Parameters.parameter.where(name = '{name[:64]}')"
            )
    for name, parameter in ins.items():
        count, most = len(given.get(name, ())), parameter["max"]
        if count < parameter["min"] or (most != "*" and count > int(most)):
            raise OperationParameterMissing(name=name, least=parameter["min"], most=most, count=count)
    return given
