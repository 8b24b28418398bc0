"""Code for a statically typed expression: Python source over bare JSON, compiled once.

Only what this module and `code` write reaches `exec`: names of JSON keys from R4's definitions and names of constants; literals of
the expression are passed as objects. What is outside the subset raises Unsupported, and the general engine does the work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from seve.fhir.path.code import (
    KEY_SETS,
    NEVER,
    TEXTS,
    Condition,
    Literal,
    Number,
    Unsupported,
    Values,
    element,
    located,
    uncertain,
)
from seve.fhir.path.conditions import binary_condition, call_condition, combined, condition_of
from seve.fhir.path.model import SYSTEM_STRING, is_given, is_known, is_primitive, is_resource, is_subtype, places
from seve.fhir.path.runtime import RUNTIME
from seve.fhir.path.syntax import (
    Binary,
    Constant,
    Expression,
    Indexed,
    Invocation,
    Member,
    Special,
    TypeOperation,
    Variable,
    qualified_name,
)
from seve.fhir.path.typing import ABSTRACT_RESOURCES

Piece: TypeAlias = Values | Condition | Number | Literal
_REFERENCE = frozenset(("Reference",))
_STRING = frozenset(("string",))
_OF_MANY_TYPES = ABSTRACT_RESOURCES | {SYSTEM_STRING}  # an `id` is both System.String and what R4 describes it as
_KEEPING_EMPTY = frozenset(("where", "trace", "select"))
_LOGIC = frozenset(("and", "or", "xor", "implies"))
_URLS = {"ucum": "http://unitsofmeasure.org", "sct": "http://snomed.info/sct", "loinc": "http://loinc.org"}


@dataclass(frozen=True, slots=True)
class Generated:
    """The functions made for an expression; both take the value, its sibling, `%resource` and `%rootResource`.

    `items` gives the result as plain values; `condition` gives True, False or None, or DEFER when only the general engine can
    tell. Either is None when the expression isn't of that kind. With `needs_context` they speak for the default Context only.
    """

    items: Callable[[Any, Any, Any, Any], list[Any]] | None
    condition: Callable[[Any, Any, Any, Any], Any] | None
    needs_context: bool
    source: str


def generate(tree: Expression, *, root_type: str) -> Generated | None:
    """The code for an expression whose input is of `root_type`; None when it is outside the subset."""
    writer = CodeWriter(root_type)
    try:
        piece = writer.piece(tree, writer.root)
        return _compiled(piece, writer)
    except Unsupported:
        return _guarded(tree, writer)


def _guarded(tree: Expression, writer: CodeWriter) -> Generated | None:
    """Code that answers when the part inside the subset settles the matter, and DEFERs to the general engine otherwise."""
    try:
        text = _guard(tree, writer)
    except Unsupported:
        return None
    return _compiled(Condition(text, text, is_certain=True), writer)


def _guard(tree: Expression, writer: CodeWriter) -> str:
    match tree:
        case Binary(operator="or"):
            return f"(True if {_settling(tree, writer).truth} else {_otherwise(tree.right, writer)})"
        case Binary(operator="and"):
            return f"(False if {_settling(tree, writer).three} is False else DEFER)"
        case Binary(operator="implies"):
            condition = condition_of(writer.piece(tree.left, writer.root))
            return f"(True if {condition.three} is False else DEFER)"
        case Invocation(name="empty", source=source) if source is not None:
            return _emptiness(source, writer)
        case _:
            raise Unsupported


def _emptiness(source: Expression, writer: CodeWriter) -> str:
    """What has nothing to begin with is empty; all else is left to the general engine."""
    head = source
    while isinstance(head, Invocation) and head.name in _KEEPING_EMPTY and head.source is not None:
        head = head.source
    return f"(DEFER if {writer.values(head, writer.root).exists} else True)"


def _otherwise(right: Expression, writer: CodeWriter) -> str:
    """What answers when the side of an `or` that was asked is not true: the other may be by its emptiness."""
    if isinstance(right, Invocation) and right.name == "empty" and right.source is not None:
        try:
            return _emptiness(right.source, writer)
        except Unsupported:
            pass
    return "DEFER"


def _settling(tree: Binary, writer: CodeWriter) -> Condition:
    """The side that code can be made for."""
    try:
        return condition_of(writer.piece(tree.left, writer.root))
    except Unsupported:
        return condition_of(writer.piece(tree.right, writer.root))


def _compiled(piece: Piece, writer: CodeWriter) -> Generated:
    items = _items_text(piece)
    condition = _condition_text(piece)
    lines = [f"items = lambda V, S, R, ROOT: {items}"] if items else []
    lines += [f"condition = lambda V, S, R, ROOT: {condition}"] if condition else []
    source = "\n".join(lines)
    names: dict[str, Any] = {**RUNTIME, **KEY_SETS, **writer.constants}
    exec(compile(source, "<fhirpath>", "exec"), names)  # noqa: S102 - our own text, see the module's docstring
    return Generated(names.get("items"), names.get("condition"), writer.needs_context, source)


def _condition_text(piece: Piece) -> str | None:
    try:
        return condition_of(piece).three
    except Unsupported:
        return None


def _items_text(piece: Piece) -> str | None:
    match piece:
        case Values(is_one=True):
            return f"[v for v in ({piece.text},) if v is not None]"
        case Values():
            return f"list({piece.text})"
        case Condition() if "DEFER" not in piece.three:
            return f"[v for v in ({piece.three},) if v is not None]"
        case Number():
            return f"[{piece.text}]"
        case _:
            return None


class CodeWriter:
    """Writes expressions whose input is of `root_type`, as code over V (the input), S (its sibling) and R (`%resource`).

    `variables` are `%name`s with the code that stands for them; `constants` takes the objects that the code names.
    """

    def __init__(
        self,
        root_type: str,
        *,
        variables: Mapping[str, Piece] | None = None,
        constants: dict[str, Any] | None = None,
    ) -> None:
        is_bare = is_primitive(root_type)
        self.root = Values(
            "V",
            frozenset((root_type,)),
            is_one=True,
            exists="True",
            count="1",
            is_root=not is_bare,
        )
        self._root_type = root_type
        self._variables = variables or {}
        self.constants: dict[str, Any] = {} if constants is None else constants
        self.needs_context = False
        self._depth = 0

    def constant(self, value: Any) -> str:
        """The name under which the code finds a value."""
        name = f"C{len(self.constants)}"
        self.constants[name] = value
        return name

    def piece(self, expression: Expression, this: Values) -> Piece:
        """The code for an expression on `this`. Raises Unsupported."""
        match expression:
            case Constant(value=value):
                return Literal(self.constant(value), value)
            case Variable():
                return self._variable(expression)
            case Special(name="$this"):
                return this
            case Member():
                return self._member(expression, this)
            case Invocation():
                return self._invocation(expression, this)
            case _:
                return self._operation(expression, this)

    def values(self, expression: Expression | None, this: Values) -> Values:
        """The same where only a collection will do; no expression means `this`."""
        found = this if expression is None else self.piece(expression, this)
        if not isinstance(found, Values):
            raise Unsupported
        return found

    def truth(self, expression: Expression, this: Values) -> str:
        """The expression as a Python condition, true only for true."""
        return condition_of(self.piece(expression, this)).truth

    def loop(self, source: Values) -> tuple[str, Values]:
        """A fresh loop variable over a collection, and `$this` in the loop."""
        self._depth += 1
        name = f"x{self._depth}"
        is_bare = source.has_primitives
        this = Values(name, source.types, is_one=True, exists="True", count="1", is_root=not is_bare)
        return name, this

    def filtered(self, source: Values, criterion: Expression) -> Values:
        """`source.where(criterion)`."""
        if not source.types:
            return NEVER
        name, this = self.loop(source)
        text = f"[{name} for {name} in {source.each} if {self.truth(criterion, this)}]"
        return Values(text, source.types, is_one=False, exists=f"bool({text})", count=f"len({text})")

    def _variable(self, variable: Variable) -> Piece:
        if variable.name in self._variables:
            return self._variables[variable.name]
        if variable.name in _URLS:
            return Literal(self.constant(_URLS[variable.name]), _URLS[variable.name])
        if variable.name == "context" or (variable.name == "resource" and is_resource(self._root_type)):
            return replace(self.root, types=frozenset((self._root_type,)))
        raise Unsupported

    def _member(self, member: Member, this: Values) -> Values:
        if member.source is not None:
            source = self.values(member.source, this)
            return element(source, member.name) if source.types else NEVER
        is_element = any(member.name in places(type_name) for type_name in this.types)
        if not is_element and is_known(member.name):
            return self._head(member.name, this)
        return element(this, member.name)

    def _head(self, name: str, this: Values) -> Values:
        if this.types & ABSTRACT_RESOURCES:
            raise Unsupported
        return this if all(is_subtype(type_name, name) for type_name in this.types) else NEVER

    def _invocation(self, invocation: Invocation, this: Values) -> Piece:
        collection = _COLLECTIONS.get(invocation.name)
        if collection is not None:
            return collection(self, invocation, this)
        return call_condition(self, invocation, this)

    def _operation(self, expression: Expression, this: Values) -> Piece:
        match expression:
            case Binary(operator="|"):
                return self._union(self.values(expression.left, this), self.values(expression.right, this))
            case Binary(operator=operator) if operator in _LOGIC:
                return combined(operator, self.piece(expression.left, this), self.piece(expression.right, this))
            case Binary(operator="&"):
                return self._concatenated(expression, this)
            case Binary():
                return binary_condition(self, expression, this)
            case TypeOperation():
                return self.typed(expression, this)
            case Indexed():
                return self._indexed(expression, this)
            case _:
                raise Unsupported

    def _concatenated(self, expression: Binary, this: Values) -> Values:
        one, other = (_text_or_empty(self.piece(side, this)) for side in (expression.left, expression.right))
        return Values(f"({one} + {other})", _STRING, is_one=True, exists="True", count="1")

    def _union(self, left: Values, right: Values) -> Values:
        parts = [part for part in (left, right) if part.types]
        if not parts:
            return NEVER
        if len(parts) == 1 and parts[0].is_one:
            return parts[0]
        if len(parts) == 1 and parts[0].text.startswith("unique"):
            return parts[0]
        typed = ", ".join(f"({part.each}, {part.only_type!r})" for part in parts)
        text = f"unique_of(({typed},))"
        types = frozenset(type_name for part in parts for type_name in part.types)
        exists = " or ".join(part.exists for part in parts)
        return Values(text, types, is_one=False, exists=f"({exists})", count=f"len({text})")

    def _indexed(self, indexed: Indexed, this: Values) -> Values:
        source = self.values(indexed.source, this)
        if not isinstance(indexed.index, Constant) or not isinstance(indexed.index.value, int):
            raise Unsupported
        return self._sliced(source, f"{indexed.index.value}:{indexed.index.value + 1}")

    def _sliced(self, source: Values, bounds: str) -> Values:
        if source.has_primitives:
            raise Unsupported  # an item without a value would shift the others
        text = f"{source.each}[{bounds}]"
        return Values(text, source.types, is_one=False, exists=f"bool({text})", count=f"len({text})")

    def typed(self, operation: TypeOperation, this: Values) -> Piece:
        """`as Type` where the static type decides; `is Type` on an element of one type, or on a reference resolved."""
        namespace, _, name = operation.type_name.rpartition(".")
        if isinstance(operation.operand, Invocation) and operation.operand.name == "resolve":
            return self._resolved(operation, this)
        source = self.values(operation.operand, this)
        if namespace == "System" or not is_known(name) or source.types & _OF_MANY_TYPES:
            raise Unsupported
        if operation.operator == "is":
            return _type_test(source, name)
        if all(is_given(type_name, name) for type_name in source.types):
            return source
        return self._narrowed(operation.operand, name, this=this)

    def _resolved(self, operation: TypeOperation, this: Values) -> Condition:
        assert isinstance(operation.operand, Invocation)
        source = self.values(operation.operand.source, this)
        if operation.operator != "is" or not source.is_one or source.types != _REFERENCE:
            raise Unsupported
        if not is_resource(operation.type_name):
            raise Unsupported
        self.needs_context = True
        return uncertain(f"refers_to({source.text}, {operation.type_name!r}, R)")

    def _narrowed(self, operand: Expression, name: str, *, this: Values) -> Values:
        """The operand is a choice: only the keys of the type stay."""
        if not isinstance(operand, Member):
            raise Unsupported
        source = self.values(operand.source, this)
        if len(source.types) != 1:
            raise Unsupported
        found = [place for place in places(source.only_type).get(operand.name, ()) if is_given(place.type, name)]
        return located(source, found) if found else NEVER


def _type_test(source: Values, name: str) -> Condition:
    if not source.is_one:
        raise Unsupported
    answer = is_subtype(source.only_type, name)
    return Condition(f"({answer} and {source.exists})", f"({answer} if {source.exists} else None)", is_certain=False)


def _where(writer: CodeWriter, invocation: Invocation, this: Values) -> Values:
    return writer.filtered(writer.values(invocation.source, this), invocation.arguments[0])


def _select(writer: CodeWriter, invocation: Invocation, this: Values) -> Values:
    source = writer.values(invocation.source, this)
    name, inner = writer.loop(source)
    found = writer.values(invocation.arguments[0], inner)
    text = f"[y for {name} in {source.each} for y in {found.each}]"
    exists = f"any({found.exists} for {name} in {source.each})"
    return Values(text, found.types, is_one=False, exists=exists, count="")


def _first(writer: CodeWriter, invocation: Invocation, this: Values) -> Values:
    source = writer.values(invocation.source, this)
    if source.is_one:
        return source
    if source.has_primitives:
        raise Unsupported  # an item without a value may come first
    text = f"next(iter({source.text}), None)"
    return Values(text, source.types, is_one=True, exists=source.exists, count=f"int({source.exists})")


def _trace(writer: CodeWriter, invocation: Invocation, this: Values) -> Values:
    writer.needs_context = True
    return writer.values(invocation.source, this)


def _text_or_empty(piece: Piece) -> str:
    if isinstance(piece, Literal) and isinstance(piece.value, str):
        return piece.name
    if isinstance(piece, Values) and piece.is_one and piece.types <= TEXTS:
        return f"({piece.text} or '')"
    raise Unsupported


def _join(writer: CodeWriter, invocation: Invocation, this: Values) -> Values:
    source = writer.values(invocation.source, this)
    separator = writer.piece(invocation.arguments[0], this) if invocation.arguments else Literal("''", "")
    if not source.types or not source.types <= TEXTS or not isinstance(separator, Literal):
        raise Unsupported
    text = f"joined({source.each}, {separator.name})"
    return Values(text, _STRING, is_one=True, exists=f"({text} is not None)", count=f"int({text} is not None)")


def _resource_key(writer: CodeWriter, invocation: Invocation, this: Values) -> Values:
    source = writer.values(invocation.source, this)
    if not source.is_one or not all(is_resource(type_name) for type_name in source.types):
        raise Unsupported
    return _key(f"resource_key({source.text})")


def _reference_key(writer: CodeWriter, invocation: Invocation, this: Values) -> Values:
    source = writer.values(invocation.source, this)
    if source.types != _REFERENCE:
        raise Unsupported
    expected = writer.constant(_type_argument(writer, invocation, this))
    if source.is_one:
        return _key(f"reference_key({source.text}, {expected})")
    text = f"reference_keys({source.text}, {expected})"
    return Values(text, _STRING, is_one=False, exists=f"bool({text})", count=f"len({text})")


def _key(text: str) -> Values:
    return Values(text, _STRING, is_one=True, exists=f"({text} is not None)", count=f"int({text} is not None)")


def _type_argument(writer: CodeWriter, invocation: Invocation, this: Values) -> str | None:
    if not invocation.arguments:
        return None
    name = qualified_name(invocation.arguments[0])
    if name is not None:
        return name.rpartition(".")[2]
    piece = writer.piece(invocation.arguments[0], this)
    if isinstance(piece, Literal) and isinstance(piece.value, str):
        return piece.value
    raise Unsupported


def _cast(writer: CodeWriter, invocation: Invocation, this: Values) -> Piece:
    name = qualified_name(invocation.arguments[0])
    if name is None or invocation.source is None:
        raise Unsupported
    operation = TypeOperation("is" if invocation.name == "is" else "as", invocation.source, name, invocation.at)
    return writer.typed(operation, this)


def _extension(writer: CodeWriter, invocation: Invocation, this: Values) -> Values:
    source = writer.values(invocation.source, this)
    url = writer.piece(invocation.arguments[0], this)
    if not isinstance(url, Literal) or source.has_primitives:
        raise Unsupported
    inner = element(source, "extension")
    text = f"with_url({inner.text}, {url.name})"
    return Values(text, inner.types, is_one=False, exists=f"bool({text})", count=f"len({text})")


_COLLECTIONS: dict[str, Callable[[CodeWriter, Invocation, Values], Piece]] = {
    "where": _where,
    "select": _select,
    "first": _first,
    "trace": _trace,
    "as": _cast,
    "ofType": _cast,
    "is": _cast,
    "extension": _extension,
    "join": _join,
    "getResourceKey": _resource_key,
    "getReferenceKey": _reference_key,
}
