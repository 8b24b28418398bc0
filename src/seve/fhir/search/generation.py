"""Source code that posts a resource of one type, written from the plan of its search parameters.

Only definitions reach the source: element names that R4 defines, keys as integers, texts of expressions as literals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from seve.fhir import Resource
from seve.fhir.search import composites, dates, general, positions, quantities, references, texts, tokens
from seve.fhir.search.entries import Entries
from seve.fhir.search.paths import Access, Key, NotFalseKeys
from seve.fhir.search.plan import POSTERS, Collect, Compose, General, Inline, Mark, Node, Open, Post, Refer, Sink
from seve.fhir.search.references import Marks
from seve.fhir.search.steps import Equals, Extension, FromResource, HasExtension, Index, Resolves

Walker: TypeAlias = Callable[[Resource, Entries, str], None]
Reader: TypeAlias = Callable[[Resource, str], list[tuple[str, Any]]]
_PARTS = ("first", "second", "third")
_MODULES = (composites, dates, general, positions, quantities, references, texts, tokens)


def walker(root: Node) -> Walker:
    """The function that posts a resource: of the resource, its entries, and the server's own base url."""
    namespace = _namespace()
    source = _Writer(namespace).source(root)
    exec(compile(source, "<search extraction>", "exec"), namespace)  # noqa: S102 (source made from definitions alone)
    return namespace["walk"]


def reader(node: Node) -> Reader:
    """The function that collects the values of a tree of `Collect`s: of the resource and the base url."""
    namespace = _namespace()
    body = _Writer(namespace).lines(node)
    source = "\n".join(["def read(resource, base_url):", "    found = []", *body, "    return found"])
    exec(compile(source, "<search reading>", "exec"), namespace)  # noqa: S102 (source made from definitions alone)
    return namespace["read"]


def _namespace() -> dict[str, Any]:
    names = {name: getattr(module, name) for module in _MODULES for name in vars(module) if name.startswith("post_")}
    posters = {pair: names[name] for pair, name in POSTERS.items()}
    return {**names, "target_type": references.target_type, "items": general.items, "POSTERS": posters}


class _Writer:
    """Writes functions line by line; objects that have no literal are put into the namespace."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._functions: list[str] = []
        self._count = 0

    def source(self, root: Node) -> str:
        body = self._visit(root, "resource", depth=1)
        return "\n".join([*self._functions, "def walk(resource, out, base_url):", *body])

    def lines(self, node: Node) -> list[str]:
        """The body of a function of `resource` and `base_url`."""
        return self._visit(node, "resource", depth=1)

    def _name(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def _constant(self, value: object) -> str:
        name = self._name("K")
        self._namespace[name] = value
        return name

    def _visit(self, node: Node, variable: str, *, depth: int) -> list[str]:
        pad = "    " * depth
        lines = [pad + line for line in self._sink_lines(node.sinks, variable)]
        for access, child in node.children.items():
            lines += self._access(access, child, variable=variable, depth=depth)
        return lines or [pad + "pass"]

    def _access(self, access: Access, child: Node, *, variable: str, depth: int) -> list[str]:
        if isinstance(access, FromResource):
            return self._visit(child, "resource", depth=depth)
        opening, inner = self._opening(access, variable)
        lines = ["    " * (depth + level) + line for level, line in enumerate(opening)]
        return [*lines, *self._visit(child, inner, depth=depth + len(opening))]

    def _opening(self, access: Access, variable: str) -> tuple[list[str], str]:
        inner = self._name("v")
        match access:
            case Key(name, is_list=True):
                return [f"for {inner} in {variable}.get({name!r}, ()):", f"if {inner} is not None:"], inner
            case Key(name):
                return [f"if ({inner} := {variable}.get({name!r})) is not None:"], inner
            case Index(position):
                return [f"for {inner} in {variable}[{position}:{position + 1}]:"], inner
            case NotFalseKeys(keys, boolean):
                some = " or ".join(f"{key!r} in {variable}" for key in keys)
                return [f"for {inner} in (({some}) and {variable}.get({boolean!r}) is not False,):"], inner
            case _:
                return [f"if {_condition(access, variable)}:"], variable

    def _sink_lines(self, sinks: list[Sink], variable: str) -> list[str]:
        lines = [line for sink in sinks for line in self._sink(sink, variable)]
        referred = self._reference(sinks, variable)
        present = tuple(sink.key for sink in sinks if isinstance(sink, Post | Refer))
        marks = [f"out.present += {present!r}"] if present else []
        return marks + lines + referred

    def _sink(self, sink: Sink, variable: str) -> list[str]:
        match sink:
            case Post(poster, key):
                return [f"{poster}({variable}, {key}, out=out)"]
            case Inline(key, targets):
                return [f"post_inline({variable}, {key}, targets={targets!r}, out=out)"]
            case Collect(beside):
                name = beside if beside in self._namespace else repr(beside)
                return [f"found.append(({name}, {variable}))"]
            case General(expression, type_, key):
                return [
                    f"for datatype, value in items({expression!r}, {variable}):",
                    f"    post_item(value, {key}, poster=POSTERS.get(({type_!r}, datatype)), out=out, base_url=base_url)",
                ]
            case Compose(key, parts):
                return self._composite(key, parts, variable=variable)
            case _:
                return []

    def _composite(self, key: int, parts: tuple[Node, ...], *, variable: str) -> list[str]:
        names = [self._part(part) for part in parts]
        calls = [f"{name}({variable}, resource, base_url)" for name in names]
        second = self._name("v")
        poster = "post_composite" if len(parts) == 2 else "post_pair"
        arguments = ", ".join(
            f"{name}={value}" for name, value in zip(_PARTS, [calls[0], second, *calls[2:]], strict=False)
        )
        return [f"if {second} := {calls[1]}:", f"    {poster}({key}, {arguments}, out=out)"]

    def _part(self, part: Node) -> str:
        name = self._name("part")
        body = self._visit(part, "value", depth=1)
        self._functions += [f"def {name}(value, resource, base_url):", "    found = []", *body, "    return found"]
        return name

    def _reference(self, sinks: Iterable[Sink], variable: str) -> list[str]:
        keys = tuple(sink.key for sink in sinks if isinstance(sink, Refer))
        marks = _marks(sinks)
        if not keys and not marks:
            return []
        return [f"post_reference({variable}, {keys!r}, marks={self._constant(marks)}, out=out, base_url=base_url)"]


def _marks(sinks: Iterable[Sink]) -> dict[str, Marks]:
    types = {sink.type if isinstance(sink, Mark) else sink.kind for sink in sinks if isinstance(sink, Mark | Open)}
    return {type_: _marks_of(type_, sinks) for type_ in sorted(types)}


def _marks_of(type_: str, sinks: Iterable[Sink]) -> Marks:
    keys = tuple(sink.key for sink in sinks if isinstance(sink, Mark) and sink.type == type_)
    return Marks(keys, opens_compartment=any(isinstance(sink, Open) and sink.kind == type_ for sink in sinks))


def _condition(access: Access, variable: str) -> str:
    match access:
        case Equals(name, value):
            return f"{variable}.get({name!r}) == {value!r}"
        case HasExtension(url):
            return f"any(e.get('url') == {url!r} for e in {variable}.get('extension', ()))"
        case Extension(url):
            return f"{variable}.get('url') == {url!r}"
        case Resolves(type_):
            return f"target_type({variable}, base_url) == {type_!r}"
        case _:
            raise TypeError(access)
