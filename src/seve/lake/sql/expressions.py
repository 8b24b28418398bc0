"""FHIRPath expressions as SQL over what was read of a resource. What has no faithful SQL raises OutsideError."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count

from seve.fhir.definitions import core
from seve.fhir.path.model import Place, is_given, is_known, is_primitive, is_resource, is_subtype, places
from seve.fhir.path.syntax import (
    Binary,
    Constant,
    Expression,
    Indexed,
    Invocation,
    Member,
    Signed,
    Special,
    TypeOperation,
    Variable,
    qualified_name,
)
from seve.fhir.views.constants import ROW_INDEX
from seve.fhir.views.kinds import normal
from seve.lake.sql.arithmetic import compared, computed, signed
from seve.lake.sql.boundaries import boundary
from seve.lake.sql.pieces import Many, One, Piece, kind, length, literal, quoted, text, value
from seve.lake.sql.refusals import OutsideError

_LOGIC = {"and": "AND", "or": "OR"}
_COMPARISONS = frozenset(("=", "!=", "<", ">", "<=", ">="))
_HISTORY = "(?:/_history/.*)?$"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression sees: `this`, the resource, and the SQL of `%rowIndex`."""

    this: One
    root: One
    row_index: str = "0"


class Expressions:
    """Writes the expressions of one query; names of lambda parameters never repeat."""

    def __init__(self) -> None:
        self._names = count(1)

    def name(self) -> str:
        """A fresh name."""
        return f"x{next(self._names)}"

    def of(self, tree: Expression, scope: Scope) -> Piece:
        """The SQL of an expression. Raises OutsideError."""
        match tree:
            case Constant(value=content):
                return literal(content)
            case Special(name="$this"):
                return scope.this
            case Variable():
                return _variable(tree, scope)
            case Member():
                return self._member(tree, scope)
            case Invocation():
                return self._invocation(tree, scope)
            case _:
                return self._operation(tree, scope)

    def _operation(self, tree: Expression, scope: Scope) -> Piece:
        match tree:
            case Indexed():
                return self._indexed(tree, scope)
            case TypeOperation(operator="as"):
                return self._typed(tree.operand, tree.type_name, scope)
            case Binary():
                return self._binary(tree, scope)
            case Signed(sign=sign, operand=operand):
                found = self.of(operand, scope)
                return signed(sign, found)
            case _:
                raise OutsideError(type(tree).__name__)

    def condition(self, tree: Expression, scope: Scope) -> str:
        """An expression as a condition of three values. Raises OutsideError for what may not be one Boolean."""
        found = self.of(tree, scope)
        if isinstance(found, Many) or found.type != "boolean":
            raise OutsideError("condition")
        return found.sql

    def _member(self, member: Member, scope: Scope) -> Piece:
        if member.source is None:
            if member.name not in places(scope.this.type) and is_known(member.name):
                if is_subtype(scope.this.type, member.name):
                    return scope.this
                raise OutsideError(member.name)
            return self.element(scope.this, member.name)
        return self.element(self.of(member.source, scope), member.name)

    def element(self, source: Piece, name: str) -> Piece:
        """A child of what a piece stands for. Raises OutsideError."""
        return self._element(source, self._places(source, name))

    def _places(self, source: Piece, name: str) -> tuple[Place, ...]:
        found = places(source.type).get(name)
        if found is None or source.touched is None or is_primitive(source.type):
            raise OutsideError(name)
        return found

    def _element(self, source: Piece, found: tuple[Place, ...]) -> Piece:
        if len(found) != 1:
            return self._any_of(source, found)
        place = found[0]
        assert source.touched is not None
        child, type_ = source.touched.child(place), normal(place.type)
        key = quoted(place.key)
        if isinstance(source, One):
            sql = f"({source.sql}).{key}"
            return Many(sql, type_, child) if place.is_list else One(sql, type_, child)
        name = self.name()
        inner = f"list_transform({source.sql}, lambda {name}: {name}.{key})"
        kept = f"list_filter({inner}, lambda {name}: {name} IS NOT NULL)"
        return Many(f"flatten({kept})" if place.is_list else kept, type_, child)

    def _any_of(self, source: Piece, found: tuple[Place, ...]) -> Piece:
        """A choice between texts, such as a uri or a canonical: whichever is there."""
        kinds = {"list" if place.is_list else kind(normal(place.type)) for place in found}
        if not found or kinds != {"text"}:
            raise OutsideError("[x]")
        if isinstance(source, One):
            parts = [self._element(source, (place,)).sql for place in found]
            return One(f"coalesce({', '.join(parts)})", "string")
        name = self.name()
        item = One(name, source.type, source.touched)
        parts = [self._element(item, (place,)).sql for place in found]
        inner = f"list_transform({source.sql}, lambda {name}: coalesce({', '.join(parts)}))"
        return Many(f"list_filter({inner}, lambda {name}: {name} IS NOT NULL)", "string")

    def _indexed(self, tree: Indexed, scope: Scope) -> Piece:
        index = tree.index.value if isinstance(tree.index, Constant) else None
        if type(index) is not int:
            raise OutsideError("[]")
        source = self.of(tree.source, scope)
        if isinstance(source, Many):
            return One(f"({source.sql})[{index + 1}]", source.type, source.touched)
        return source if index == 0 else One("NULL", source.type, source.touched)

    def _typed(self, operand: Expression, type_name: str, scope: Scope) -> Piece:
        """`ofType`: the elements of a choice that may be of the type; elsewhere all or nothing."""
        namespace, _, name = type_name.rpartition(".")
        if namespace == "System" or not is_known(name):
            raise OutsideError(type_name)
        if isinstance(operand, Member):
            source = scope.this if operand.source is None else self.of(operand.source, scope)
            found = tuple(p for p in self._places(source, operand.name) if is_given(normal(p.type), name))
            return self._element(source, found)
        source = self.of(operand, scope)
        if not is_given(source.type, name):
            raise OutsideError(type_name)
        return source

    def _binary(self, tree: Binary, scope: Scope) -> One:
        operator = tree.operator
        if operator in _LOGIC:
            return _boolean(
                f"({self.condition(tree.left, scope)} {_LOGIC[operator]} {self.condition(tree.right, scope)})"
            )
        if operator == "implies":
            return _boolean(f"(NOT {self.condition(tree.left, scope)} OR {self.condition(tree.right, scope)})")
        if operator == "xor":
            return _boolean(f"({self.condition(tree.left, scope)} <> {self.condition(tree.right, scope)})")
        if operator == "in":
            return self._in(tree, scope)
        left, right = self.of(tree.left, scope), self.of(tree.right, scope)
        if operator in _COMPARISONS:
            return compared(operator, left, right)
        return computed(operator, left, right)

    def _in(self, tree: Binary, scope: Scope) -> One:
        item = self.of(tree.left, scope)
        if isinstance(item, Many) or kind(item.type) != "text":
            raise OutsideError("in")
        return _boolean(f"({item.sql} IN ({', '.join(text(content) for content in _texts(tree.right))}))")

    def _invocation(self, tree: Invocation, scope: Scope) -> Piece:
        if tree.name in {"ofType", "as"}:
            name = qualified_name(tree.arguments[0])
            if name is None or tree.source is None:
                raise OutsideError(tree.name)
            return self._typed(tree.source, name, scope)
        write = _FUNCTIONS.get(tree.name)
        if write is None:
            raise OutsideError(f"{tree.name}()")
        return write(self, tree, scope)

    def source(self, tree: Invocation, scope: Scope) -> Piece:
        """What a function is invoked on."""
        return scope.this if tree.source is None else self.of(tree.source, scope)

    def filtered(self, source: Piece, criterion: Expression, scope: Scope) -> Piece:
        """`source.where(criterion)`."""
        if isinstance(source, One):
            sql = self.condition(criterion, Scope(source, scope.root, scope.row_index))
            return replace(source, sql=f"CASE WHEN {sql} THEN {source.sql} END")
        name = self.name()
        inner = Scope(One(name, source.type, source.touched), scope.root, scope.row_index)
        sql = self.condition(criterion, inner)
        return Many(f"list_filter({source.sql}, lambda {name}: coalesce({sql}, FALSE))", source.type, source.touched)

    def reached(self, tree: Expression, scope: Scope) -> Piece | None:
        """What a path of a `repeat` gives, None where it is plain names that the element's type hasn't."""
        names: list[str] = []
        step: Expression | None = tree
        while isinstance(step, Member):
            names.append(step.name)
            step = step.source
        if step is not None:
            return self.of(tree, scope)
        found: Piece = scope.this
        for name in reversed(names):
            if name not in places(found.type):
                return None
            found = self.element(found, name)
        return found

    def exists(self, tree: Expression | None, scope: Scope) -> str:
        """Whether an expression gives anything; of a choice, whether one of its elements is there."""
        if isinstance(tree, Member):
            source = scope.this if tree.source is None else self.of(tree.source, scope)
            found = places(source.type).get(tree.name, ())
            if len(found) > 1 and isinstance(source, One):
                parts = [_is_there(self._element(source, (place,))) for place in found]
                return f"({' OR '.join(parts)})"
        return _is_there(scope.this if tree is None else self.of(tree, scope))


def _boolean(sql: str) -> One:
    return One(sql, "boolean")


def _is_there(piece: Piece) -> str:
    return f"({length(piece)} > 0)" if isinstance(piece, Many) else f"({piece.sql} IS NOT NULL)"


def _variable(variable: Variable, scope: Scope) -> One:
    if variable.name == ROW_INDEX:
        return One(f"({scope.row_index})", "integer")
    if variable.name == "resource":
        return scope.root
    if variable.name == "context":
        return scope.this
    raise OutsideError(f"%{variable.name}")


def _texts(tree: Expression) -> list[str]:
    match tree:
        case Constant(value=str() as content):
            return [content]
        case Binary(operator="|", left=left, right=right):
            return [*_texts(left), *_texts(right)]
        case _:
            raise OutsideError("in")


def _exists(writer: Expressions, tree: Invocation, scope: Scope) -> One:
    if not tree.arguments:
        return _boolean(writer.exists(tree.source, scope))
    return _boolean(_is_there(writer.filtered(writer.source(tree, scope), tree.arguments[0], scope)))


def _empty(writer: Expressions, tree: Invocation, scope: Scope) -> One:
    return _boolean(f"(NOT {writer.exists(tree.source, scope)})")


def _not(writer: Expressions, tree: Invocation, scope: Scope) -> One:
    source = writer.source(tree, scope)
    if isinstance(source, Many) or source.type != "boolean":
        raise OutsideError("not()")
    return _boolean(f"(NOT {source.sql})")


def _count(writer: Expressions, tree: Invocation, scope: Scope) -> One:
    source = writer.source(tree, scope)
    sql = length(source) if isinstance(source, Many) else f"CASE WHEN {source.sql} IS NULL THEN 0 ELSE 1 END"
    return One(f"({sql})::BIGINT", "integer")


def _where(writer: Expressions, tree: Invocation, scope: Scope) -> Piece:
    return writer.filtered(writer.source(tree, scope), tree.arguments[0], scope)


def _first(writer: Expressions, tree: Invocation, scope: Scope) -> Piece:
    source = writer.source(tree, scope)
    at = 1 if tree.name == "first" else -1
    return One(f"({source.sql})[{at}]", source.type, source.touched) if isinstance(source, Many) else source


def _slice(writer: Expressions, tree: Invocation, scope: Scope) -> Piece:
    source, number = writer.source(tree, scope), 1
    if tree.arguments:
        argument = tree.arguments[0]
        if not isinstance(argument, Constant) or type(argument.value) is not int or argument.value < 1:
            raise OutsideError(f"{tree.name}()")
        number = argument.value
    if isinstance(source, Many):
        part = f"1:{number}" if tree.name == "take" else f"{number + 1}:"
        return replace(source, sql=f"({source.sql})[{part}]")
    return source if tree.name == "take" else replace(source, sql="NULL")


def _boundary(writer: Expressions, tree: Invocation, scope: Scope) -> One:
    return boundary(writer.source(tree, scope), tree.arguments, is_low=tree.name == "lowBoundary")


def _extension(writer: Expressions, tree: Invocation, scope: Scope) -> Piece:
    argument = tree.arguments[0]
    if not isinstance(argument, Constant) or not isinstance(argument.value, str):
        raise OutsideError("extension()")
    source, at = writer.source(tree, scope), argument.at
    criterion = Binary("=", Member(None, "url", at), argument, at)
    return writer.filtered(writer.element(source, "extension"), criterion, scope)


def _join(writer: Expressions, tree: Invocation, scope: Scope) -> One:
    source = writer.source(tree, scope)
    separator = tree.arguments[0] if tree.arguments else Constant("", tree.at)
    if not isinstance(separator, Constant) or not isinstance(separator.value, str) or kind(source.type) != "text":
        raise OutsideError("join()")
    if isinstance(source, One):
        return One(source.sql, "string")
    joined = f"array_to_string({source.sql}, {text(separator.value)})"
    return One(f"CASE WHEN {length(source)} > 0 THEN {joined} END", "string")


def _resource_key(writer: Expressions, tree: Invocation, scope: Scope) -> One:
    source = writer.source(tree, scope)
    if source is not scope.root or not is_resource(source.type):
        raise OutsideError("getResourceKey()")
    id_ = writer.element(scope.root, "id")
    return One(f"({text(source.type + '/')} || {id_.sql})", "string")


def _reference_key(writer: Expressions, tree: Invocation, scope: Scope) -> Piece:
    source = writer.source(tree, scope)
    if source.type != "Reference":
        raise OutsideError("getReferenceKey()")
    expected = _type_argument(tree)
    found = writer.element(source, "reference")
    if isinstance(found, One):
        return One(_key(found.sql, expected), "string")
    name = writer.name()
    keys = f"list_transform({found.sql}, lambda {name}: {_key(name, expected)})"
    return Many(f"list_filter({keys}, lambda {name}: {name} IS NOT NULL)", "string")


def _type_argument(tree: Invocation) -> str | None:
    if not tree.arguments:
        return None
    argument = tree.arguments[0]
    name = argument.value if isinstance(argument, Constant) else qualified_name(argument)
    if not isinstance(name, str):
        raise OutsideError("getReferenceKey()")
    return name.rpartition(".")[2]


def _key(reference: str, expected: str | None) -> str:
    """The key of a reference; what is `Type/id` of the expected type is seen without a regular expression."""
    types = [expected] if expected is not None else sorted(core().resource_types)
    pattern = text(f"(?s)^((?:{'|'.join(types)})/[^/]+){_HISTORY}")
    searched = f"nullif(regexp_extract({reference}, {pattern}, 1), '')"
    if expected is None:
        return searched
    start = text(f"{expected}/")
    is_plain = f"starts_with({reference}, {start}) AND NOT contains({reference}[{len(expected) + 2}:], '/')"
    return f"CASE WHEN {is_plain} THEN nullif({reference}, {start}) ELSE {searched} END"


def _text_test(writer: Expressions, tree: Invocation, scope: Scope) -> One:
    source, argument = writer.source(tree, scope), tree.arguments[0]
    if not isinstance(argument, Constant) or not isinstance(argument.value, str) or len(tree.arguments) > 1:
        raise OutsideError(f"{tree.name}()")
    if isinstance(source, Many) or kind(source.type) != "text":
        raise OutsideError(f"{tree.name}()")
    content = f"(?s){argument.value}" if tree.name == "matches" else argument.value
    return _boolean(f"{_TESTS[tree.name]}({source.sql}, {text(content)})")


def _iif(writer: Expressions, tree: Invocation, scope: Scope) -> One:
    if tree.source is not None:
        raise OutsideError("iif()")
    test = writer.condition(tree.arguments[0], scope)
    options = [writer.of(argument, scope) for argument in tree.arguments[1:]]
    if any(isinstance(option, Many) for option in options) or len({kind(option.type) for option in options}) != 1:
        raise OutsideError("iif()")
    values = [value(option) for option in options if isinstance(option, One)]
    otherwise = values[1] if len(values) > 1 else "NULL"
    sql = f"CASE WHEN {test} THEN {values[0]} ELSE {otherwise} END"
    return One(sql, options[0].type, is_rounded=any(option.is_rounded for option in options if isinstance(option, One)))


_TESTS: Mapping[str, str] = {
    "startsWith": "starts_with",
    "endsWith": "ends_with",
    "contains": "contains",
    "matches": "regexp_matches",
}
_FUNCTIONS: Mapping[str, Callable[[Expressions, Invocation, Scope], Piece]] = {
    "exists": _exists,
    "empty": _empty,
    "not": _not,
    "count": _count,
    "where": _where,
    "first": _first,
    "last": _first,
    "extension": _extension,
    "join": _join,
    "getResourceKey": _resource_key,
    "getReferenceKey": _reference_key,
    "iif": _iif,
    **dict.fromkeys(("take", "skip", "tail"), _slice),
    **dict.fromkeys(("lowBoundary", "highBoundary"), _boundary),
    **dict.fromkeys(_TESTS, _text_test),
}
