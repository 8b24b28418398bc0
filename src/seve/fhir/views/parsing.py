"""From the JSON of a ViewDefinition to a View: everything that can be told without data is told here (SQL on FHIR v2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from seve.fhir.definitions import core
from seve.fhir.path import Compiled, FHIRPathError
from seve.fhir.path.model import is_known
from seve.fhir.path.typing import ABSTRACT_RESOURCES
from seve.fhir.views.constants import ROW_INDEX, VALUE_KEYS, bound, constant_value, unknown_variables
from seve.fhir.views.inferring import inferred
from seve.fhir.views.kinds import fits, kind_of, type_name
from seve.fhir.views.model import Column, Iteration, Select, View
from seve.fhir.views.refusals import Faults

ROOT = "ViewDefinition"
DEPTH = 16
"""How deep selection structures may nest."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_EVERYWHERE = frozenset(("id", "extension", "modifierExtension"))
_OF_SELECT = _EVERYWHERE | {"column", "select", "forEach", "forEachOrNull", "repeat", "unionAll"}
_OF_COLUMN = _EVERYWHERE | {"path", "name", "description", "collection", "type", "tag"}
_OF_WHERE = _EVERYWHERE | {"path", "description"}
_OF_CONSTANT = _EVERYWHERE | {"name"} | VALUE_KEYS
_OF_TAG = _EVERYWHERE | {"name", "value"}
_ITERATIONS: tuple[Iteration, ...] = ("forEach", "forEachOrNull", "repeat")
_BOOLEAN = frozenset(("boolean",))


def parse_view(definition: Mapping[str, Any]) -> View:
    """The view that a ViewDefinition describes, its paths compiled and checked against R4's definitions.

    Raises ViewRefused with every fault found and its place.
    """
    return _Parser(definition).view()


class _Parser:
    def __init__(self, definition: Mapping[str, Any]) -> None:
        self._definition = definition
        self._faults = Faults()
        self._constants: dict[str, Any] = {}
        self._places_by_name: dict[str, str] = {}

    def view(self) -> View:
        resource = self._resource()
        name = self._definition.get("name")
        if name is not None and not _is_name(name):
            self._faults.add("name", f"{ROOT}.name", name=name)
        self._read_constants()
        selects = self._selects(self._definition, "select", place=ROOT, focus=resource, depth=1)
        where = self._where(resource)
        view = View(name or "", resource or "", selects, where, self._constants, self._definition)
        self._faults.refuse()
        self._check_columns(view)
        return view

    def _check_columns(self, view: View) -> None:
        if not view.columns:
            self._faults.add("no-columns", f"{ROOT}.select", code="required")
        first: dict[str, str] = {}
        for column in view.columns:
            if column.name in first:
                self._faults.add("duplicate-column", f"{column.place}.name", code="duplicate", name=column.name)
            first[column.name] = column.place
        self._faults.refuse()

    def _resource(self) -> str | None:
        resource = self._definition.get("resource")
        if resource is None:
            self._faults.add("missing", f"{ROOT}.resource", code="required", name="resource")
        elif resource not in core().resource_types:
            self._faults.add("resource", f"{ROOT}.resource", code="code-invalid", name=resource)
        else:
            return str(resource)
        return None

    def _read_constants(self) -> None:
        for constant, place in self._objects(self._definition, "constant", place=ROOT, known=_OF_CONSTANT):
            name = constant.get("name")
            if not _is_name(name) or name == ROW_INDEX:
                self._faults.add("name", f"{place}.name", name=name)
            elif name in self._constants:
                self._faults.add("duplicate-constant", f"{place}.name", code="duplicate", name=name)
            value = constant_value(constant)
            if value is None:
                self._faults.add("constant", place, name=name)
            self._constants[str(name)] = value

    def _where(self, resource: str | None) -> tuple[Compiled, ...]:
        found: list[Compiled] = []
        for where, place in self._objects(self._definition, "where", place=ROOT, known=_OF_WHERE):
            compiled = self._path(where.get("path"), f"{place}.path", focus=resource)
            if compiled is None:
                continue
            types = inferred(compiled)
            if types and types.isdisjoint(_BOOLEAN):
                self._faults.add("where", f"{place}.path", path=compiled.expression, types=_listed(types))
            found.append(compiled)
        return tuple(found)

    def _selects(
        self, holder: Mapping[str, Any], key: str, *, place: str, focus: str | None, depth: int
    ) -> tuple[Select, ...]:
        if depth > DEPTH:
            self._faults.add("depth", f"{place}.{key}", code="too-costly", limit=DEPTH)
            return ()
        if key == "select" and place == ROOT and not holder.get(key):
            self._faults.add("missing", f"{place}.{key}", code="required", name=key)
        return tuple(
            self._select(select, found, focus=focus, depth=depth)
            for select, found in self._objects(holder, key, place=place, known=_OF_SELECT)
        )

    def _select(self, select: Mapping[str, Any], place: str, *, focus: str | None, depth: int) -> Select:
        iteration, paths, inner = self._iteration(select, place, focus=focus)
        found = Select(
            tuple(
                column
                for given, at in self._objects(select, "column", place=place, known=_OF_COLUMN)
                if (column := self._column(given, at, focus=inner)) is not None
            ),
            self._selects(select, "select", place=place, focus=inner, depth=depth + 1),
            self._selects(select, "unionAll", place=place, focus=inner, depth=depth + 1),
            iteration,
            paths,
            inner,
            place,
        )
        self._check_union(found)
        return found

    def _iteration(
        self, select: Mapping[str, Any], place: str, *, focus: str | None
    ) -> tuple[Iteration | None, tuple[Compiled, ...], str | None]:
        present: list[Iteration] = [name for name in _ITERATIONS if name in select]
        if not present:
            return None, (), focus
        if len(present) > 1:
            self._faults.add("iterations", place, names=", ".join(present))
        name = present[0]
        if name == "repeat":
            return self._repeat(select["repeat"], f"{place}.repeat", focus=focus)
        path = self._path(select[name], f"{place}.{name}", focus=focus)
        if path is None:
            return name, (), None
        return name, (path,), _only_type(path)

    def _repeat(
        self, texts: Any, place: str, *, focus: str | None
    ) -> tuple[Iteration, tuple[Compiled, ...], str | None]:
        """The paths of a `repeat` are evaluated on what they give as well: an element one type hasn't is nothing there."""
        if not isinstance(texts, list) or not texts:
            self._faults.add("repeat", place, code="structure")
            return "repeat", (), None
        found = [self._path(text, f"{place}[{index}]", focus=None) for index, text in enumerate(texts)]
        paths = tuple(path for path in found if path is not None)
        return "repeat", paths, self._reached(paths, focus)

    def _reached(self, paths: tuple[Compiled, ...], focus: str | None) -> str | None:
        """The one type of what a `repeat` reaches, None when there are several or it can't be told."""
        reached: set[str] = set()
        waiting = [focus]
        while waiting and (current := waiting.pop()) is not None:
            for path in paths:
                found = self._type_from(path, current)
                if found is not None and found not in reached:
                    reached.add(found)
                    waiting.append(found)
        return next(iter(reached)) if len(reached) == 1 else None

    def _type_from(self, path: Compiled, focus: str) -> str | None:
        try:
            return _only_type(Compiled(path.expression, root_type=focus, change=bound(self._constants)))
        except FHIRPathError:
            return None

    def _column(self, column: Mapping[str, Any], place: str, *, focus: str | None) -> Column | None:
        name = column.get("name")
        if not _is_name(name):
            self._faults.add("name", f"{place}.name", name=name)
        is_collection = column.get("collection", False)
        if not isinstance(is_collection, bool):
            self._faults.add("not-boolean-flag", f"{place}.collection", code="structure")
        compiled = self._path(column.get("path"), f"{place}.path", focus=focus)
        if compiled is None:
            return None
        found = self._type(column, place, compiled)
        return Column(
            str(name),
            compiled.expression,
            found or "string",
            kind_of(found or "string"),
            is_collection=is_collection is True,
            is_assumed=found is None,
            description=str(column.get("description", "")),
            tags={str(tag.get("name")): str(tag.get("value")) for tag, _ in self._tags(column, place)},
            place=place,
            expression=compiled,
        )

    def _tags(self, column: Mapping[str, Any], place: str) -> list[tuple[Mapping[str, Any], str]]:
        return self._objects(column, "tag", place=place, known=_OF_TAG)

    def _type(self, column: Mapping[str, Any], place: str, compiled: Compiled) -> str | None:
        """The type stated, or else the one inferred; None when neither tells."""
        types = inferred(compiled)
        stated = column.get("type")
        if stated is None:
            return self._inferred_type(types, f"{place}.path", compiled)
        known = type_name(stated) if isinstance(stated, str) else None
        if known is None:
            self._faults.add("type", f"{place}.type", code="code-invalid", name=stated)
        elif types and not any(fits(found, known) for found in types):
            self._faults.add(
                "type-clash", f"{place}.type", path=compiled.expression, found=_listed(types), stated=known
            )
        return known

    def _inferred_type(self, types: frozenset[str] | None, place: str, compiled: Compiled) -> str | None:
        if not types:
            return None
        kinds = {kind_of(found) for found in types}
        if "complex" in kinds and len(types) == 1:
            self._faults.add("type-needed", place, code="required", path=compiled.expression, found=_listed(types))
        elif len(kinds) > 1 or "complex" in kinds:
            self._faults.add("types-differ", place, path=compiled.expression, found=_listed(types))
        return next(iter(types)) if len(types) == 1 else ("string" if kinds == {"text"} else min(types))

    def _check_union(self, select: Select) -> None:
        if not select.union:
            return
        expected = [_shape(column) for column in select.union[0].all_columns]
        for other in select.union[1:]:
            found = [_shape(column) for column in other.all_columns]
            if found != expected:
                self._faults.add("union", other.place, found=_shapes(found), expected=_shapes(expected))

    def _path(self, text: Any, place: str, *, focus: str | None) -> Compiled | None:
        if not isinstance(text, str) or not text:
            rule = "missing" if text is None else "path-text"
            self._faults.add(
                rule, place, code="required" if text is None else "structure", name=place.rpartition(".")[2]
            )
            return None
        try:
            compiled = Compiled(text, root_type=focus, change=bound(self._constants))
        except FHIRPathError as error:
            self._faults.add("path", place, code=error.code, path=text, reason=str(error))
            return None
        for name in unknown_variables(compiled.tree):
            self._faults.add("variable", place, code="not-found", path=text, name=f"%{name}")
        return compiled

    def _objects(
        self, holder: Mapping[str, Any], key: str, *, place: str, known: frozenset[str]
    ) -> list[tuple[Mapping[str, Any], str]]:
        """The objects of a list element with their places; what isn't such a list is a fault, and so are unknown names."""
        given = holder.get(key, [])
        if not isinstance(given, list):
            self._faults.add("not-a-list", f"{place}.{key}", code="structure", name=key)
            return []
        found: list[tuple[Mapping[str, Any], str]] = []
        for index, value in enumerate(given):
            at = f"{place}.{key}[{index}]"
            if not isinstance(value, Mapping):
                self._faults.add("not-an-object", at, code="structure")
                continue
            for name in value:
                if name not in known and not str(name).startswith("_"):
                    self._faults.add("unknown", f"{at}.{name}", code="structure", name=name)
            found.append((value, at))
        return found


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def _only_type(compiled: Compiled) -> str | None:
    """The one type of what an expression gives, where paths from it can be checked."""
    types = inferred(compiled)
    if types is None or len(types) != 1:
        return None
    name = next(iter(types))
    return name if is_known(name) and name not in ABSTRACT_RESOURCES else None


def _shape(column: Column) -> tuple[str, str, bool]:
    return column.name, column.type, column.is_collection


def _shapes(shapes: list[tuple[str, str, bool]]) -> str:
    return ", ".join(f"{name} {type_}{'[]' if is_collection else ''}" for name, type_, is_collection in shapes)


def _listed(types: frozenset[str]) -> str:
    return ", ".join(sorted(types))
