"""Python code for a view: one function over bare JSON that gives the rows of a resource.

As in `seve.fhir.path.generating`, only names from R4's definitions and names of constants reach the source. A path outside
the generator's subset is a call of the general engine; so is everything below a focus whose type can't be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypeAlias

from seve.fhir import Resource
from seve.fhir.path import Compiled
from seve.fhir.path.code import KEY_SETS, Condition, Literal, Number, Unsupported, Values
from seve.fhir.path.conditions import condition_of
from seve.fhir.path.generating import CodeWriter
from seve.fhir.path.model import is_primitive
from seve.fhir.path.runtime import RUNTIME
from seve.fhir.path.values import Node
from seve.fhir.views.constants import ROW_INDEX
from seve.fhir.views.general import MOST_ROWS, General, Row
from seve.fhir.views.kinds import fits, normal
from seve.fhir.views.model import Column, Select, View

Rows: TypeAlias = Callable[[Resource], list[Row]]
_NOTHING: dict[str, Any] = RUNTIME["E"]
_LITERALS = (str, bool, int, Decimal)


class _SeveralFoundError(TypeError):
    """More values than the column takes, or more rows than a resource may give: the general engine makes the refusal."""


def generate(view: View, general: General) -> tuple[str, Rows]:
    """The source of a view's function and the function. It raises AttributeError, TypeError or KeyError when it can't tell."""
    writer = _Writer(view, general)
    source = writer.source()
    names: dict[str, Any] = {**RUNTIME, **KEY_SETS, **writer.names}
    exec(compile(source, f"<view {view.name}>", "exec"), names)  # noqa: S102 - our own text, see the module's docstring
    return source, names["rows"]


class _Writer:
    def __init__(self, view: View, general: General) -> None:
        self._view = view
        self._general = general
        self._functions: list[str] = []
        self._count = 0
        self._writers: dict[str, CodeWriter] = {}
        self.names: dict[str, Any] = {
            "only": only,
            "bounded": bounded,
            "decimal": decimal,
            "decimals": decimals,
            "NOTHING": (_NOTHING,),
        }

    def source(self) -> str:
        focus = self._view.resource
        checks = [f"    if not {self._condition(path)}:\n        return []" for path in self._view.where]
        lines = self._product(list(self._parts(self._view.selects, focus)), "return {}", depth=1)
        return "\n".join([*self._functions, "def rows(R):", "    V = R", "    i = 0", *checks, *lines])

    def _name(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def _bind(self, value: object) -> str:
        name = self._name("G")
        self.names[name] = value
        return name

    def _writer(self, focus: str) -> CodeWriter:
        if focus not in self._writers:
            variables = {ROW_INDEX: Number("i")}
            self._writers[focus] = CodeWriter(focus, variables=variables, constants=self.names)
        return self._writers[focus]

    def _condition(self, path: Compiled) -> str:
        writer = self._writer(self._view.resource)
        try:
            return condition_of(writer.piece(path.tree, writer.root)).truth
        except Unsupported:
            holds = self._general.holds
            resource = self._view.resource
            return f"{self._bind(lambda value: holds(path, Node(value, resource, owner=value)))}(V)"

    def _parts(self, selects: Iterable[Select], focus: str | None) -> Iterable[tuple[bool, str]]:
        """What stands side by side in a row: cells, and calls that give rows (marked True)."""
        for select in selects:
            if select.iteration is not None:
                yield True, f"{self._function(select, focus)}(V, R, i)"
            else:
                yield from self._inside(select, focus)

    def _inside(self, select: Select, focus: str | None) -> Iterable[tuple[bool, str]]:
        for column in select.columns:
            yield False, self._cell(column, focus)
        yield from self._parts(select.selects, focus)
        if select.union:
            calls = [f"{self._function(part, focus)}(V, R, i)" for part in select.union]
            yield True, f"({' + '.join(calls)})"

    def _product(self, parts: list[tuple[bool, str]], ending: str, *, depth: int) -> list[str]:
        pad = "    " * depth
        if not any(is_rows for is_rows, _ in parts):
            cells = ", ".join(text for _, text in parts)
            return [pad + ending.format(f"[({cells}{',' if parts else ''})]")]
        names = [self._name("a") if is_rows else self._name("c") for is_rows, _ in parts]
        named = list(zip(names, parts, strict=True))
        lines = [f"{pad}{name} = {text}" for name, (is_rows, text) in named if not is_rows]
        values = ", ".join(f"*{name}" if is_rows else name for name, (is_rows, _) in named)
        lists = [(name, text) for name, (is_rows, text) in named if is_rows]
        if len(lists) == 1:
            name, text = lists[0]
            return [*lines, pad + ending.format(f"[({values},) for {name} in {text}]")]
        lines += [f"{pad}{name}s = {text}" for name, text in lists]
        lines.append(f"{pad}bounded({' * '.join(f'len({name}s)' for name, _ in lists)})")
        loops = " ".join(f"for {name} in {name}s" for name, _ in lists)
        return [*lines, pad + ending.format(f"[({values},) {loops}]")]

    def _function(self, select: Select, focus: str | None) -> str:
        name = self._name("s")
        inner, foci = (focus, "") if select.iteration is None else self._foci(select, focus)
        parts = list(self._inside(select, inner))
        if select.iteration is None:
            body = self._product(parts, "return {}", depth=1)
        else:
            body = [
                "    out = []",
                f"    for i, V in enumerate({foci}):",
                *self._product(parts, "out += {}", depth=2),
                "        bounded(len(out))",
                "    return out",
            ]
        self._functions.append("\n".join([f"def {name}(V, R, i):", *body]))
        return name

    def _foci(self, select: Select, focus: str | None) -> tuple[str | None, str]:
        """The type of what is iterated over, where code can be written for it, and the code that gives it."""
        inner = None if select.focus is None or is_primitive(select.focus) else select.focus
        text = self._foci_text(select, focus) if inner is not None and focus is not None else None
        if text is None:
            text = f"{self._bind(self._general_foci(select, focus, is_bare=inner is not None))}(V, R, i)"
        return inner, text

    def _foci_text(self, select: Select, focus: str) -> str | None:
        if select.iteration == "repeat":
            return None
        try:
            writer = self._writer(focus)
            text = writer.values(select.paths[0].tree, writer.root).each
        except Unsupported:
            return None
        return f"({text} or NOTHING)" if select.iteration == "forEachOrNull" else text

    def _general_foci(
        self, select: Select, focus: str | None, *, is_bare: bool
    ) -> Callable[[Any, Any, int], list[Any]]:
        foci, resource = self._general.foci, self._view.resource

        def call(value: Any, holder: Any, index: int) -> list[Any]:
            found = foci(select, _node(value, focus, holder), within=Node(holder, resource, owner=holder), index=index)
            return [node.value or _NOTHING for node in found] if is_bare else list(found)

        return call

    def _cell(self, column: Column, focus: str | None) -> str:
        if focus is not None:
            try:
                writer = self._writer(focus)
                return _cell_text(column, writer.piece(column.compiled.tree, writer.root))
            except Unsupported:
                pass
        return f"{self._bind(self._general_cell(column, focus))}(V, R, i)"

    def _general_cell(self, column: Column, focus: str | None) -> Callable[[Any, Any, int], Any]:
        cell, resource = self._general.cell, self._view.resource

        def call(value: Any, holder: Any, index: int) -> Any:
            within = Node(holder, resource, owner=holder)
            return cell(column, _node(value, focus, holder), within=within, index=index)

        return call


def _node(value: Any, focus: str | None, holder: Any) -> Node:
    return value if focus is None else Node(value or None, focus, owner=holder)


def _cell_text(column: Column, piece: Any) -> str:
    """The code of a cell. Raises Unsupported where the values may not be of the column's type."""
    match piece:
        case Values() if not column.is_assumed and all(fits(normal(name), column.type) for name in piece.types):
            return _values_text(column, piece)
        case Condition() if column.kind == "boolean" and "DEFER" not in piece.three:
            return _single(column, piece.three)
        case Number() if column.kind == "integer":
            return _single(column, piece.text)
        case Literal(value=value) if isinstance(value, _LITERALS) and not column.is_assumed:
            return _single(column, piece.name)
        case _:
            raise Unsupported


def _values_text(column: Column, piece: Values) -> str:
    if not piece.types:
        return "[]" if column.is_collection else "None"
    if piece.is_one:
        return _single(column, "(V or None)" if piece.text == "V" else piece.text)
    if column.is_collection:
        return f"decimals({piece.text})" if column.kind == "decimal" else f"list({piece.text})"
    text = f"only({piece.text})"
    return f"decimal({text})" if column.kind == "decimal" else text


def _single(column: Column, text: str) -> str:
    text = f"decimal({text})" if column.kind == "decimal" else text
    return f"[v for v in ({text},) if v is not None]" if column.is_collection else text


def only(values: Any) -> Any:
    """The only value, None when there is none."""
    if not values:
        return None
    if len(values) > 1:
        raise _SeveralFoundError
    return values[0]


def bounded(rows: int) -> None:
    """Leaves a resource of too many rows to the general engine, which refuses it."""
    if rows > MOST_ROWS:
        raise _SeveralFoundError


def decimal(value: Any) -> Any:
    """A number as a Decimal."""
    return Decimal(value) if type(value) is int else value


def decimals(values: Iterable[Any]) -> list[Any]:
    """Numbers as Decimals."""
    return [decimal(value) for value in values]
