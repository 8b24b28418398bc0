"""The elements of a snapshot as a tree that can be changed while a differential is applied."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_ADDED = ("constraint", "condition")


@dataclass(slots=True)
class Branch:
    """One element definition with what stands below it and the slices that divide it.

    `general` is the element that a slice divides: what is said of it holds for the slice.
    """

    definition: dict[str, Any]
    children: list[Branch] = field(default_factory=list["Branch"])
    slices: list[Branch] = field(default_factory=list["Branch"])
    general: Branch | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.definition["path"].rpartition(".")[2]

    def slice(self, slice_name: str) -> Branch:
        """The slice of a name, made from the element it divides when it isn't there yet."""
        for found in self.slices:
            if found.definition.get("sliceName") == slice_name:
                return found
        kept = {k: v for k, v in copy.deepcopy(self.definition).items() if k not in ("slicing", "min")}
        made = Branch({**kept, "sliceName": slice_name, "min": 0}, general=self)
        self.slices.append(made)
        return made

    def type_under(self, name: str) -> str | None:
        """The type that a choice has when it stands under `name` (`valueQuantity`)."""
        stem = self.name.removesuffix("[x]")
        for stated in self.definition.get("type", ()) if self.name.endswith("[x]") else ():
            code = stated["code"]
            if name == stem + code[0].upper() + code[1:]:
                return code
        return None

    def typed_slice(self, name: str, code: str) -> Branch:
        """The slice of a choice for one of its types."""
        if "slicing" not in self.definition:
            by_type = {"discriminator": [{"type": "type", "path": "$this"}], "ordered": False, "rules": "open"}
            self.definition["slicing"] = by_type
        made = self.slice(name)
        made.definition["type"] = [t for t in made.definition["type"] if t["code"] == code]
        return made

    def merge(self, stated: dict[str, Any]) -> None:
        """Takes over what a differential says; constraints are added to those of the base."""
        for key, value in stated.items():
            if key in _ADDED:
                self._add(key, value)
            elif key not in ("id", "path", "base"):
                self.definition[key] = _merged(self.definition.get(key), value) if key == "binding" else value

    def _add(self, key: str, values: list[Any]) -> None:
        before = self.definition.get(key, [])
        known = {_key(value) for value in before}
        self.definition[key] = before + [value for value in values if _key(value) not in known]

    def elements(self, path: str, identifier: str) -> Iterator[dict[str, Any]]:
        """The definitions in the order of a snapshot, each with its path and id as they are in this tree."""
        base = self.definition.get("base") or {"path": self.definition["path"], **self._cardinality()}
        yield {**self.definition, "path": path, "id": identifier, "base": base}
        for child in self.children:
            yield from child.elements(f"{path}.{child.name}", f"{identifier}.{child.name}")
        for part in self.slices:
            yield from part.elements(
                path, f"{identifier.partition(':')[0] if '/' in identifier else identifier}:{part.slice_name}"
            )

    @property
    def slice_name(self) -> str:
        """The name of the slice; empty for an element as a whole."""
        return self.definition.get("sliceName", "")

    def _cardinality(self) -> dict[str, Any]:
        return {"min": self.definition.get("min", 0), "max": self.definition.get("max", "*")}


def grow(elements: list[dict[str, Any]]) -> Branch:
    """The tree of a snapshot."""
    root = Branch(elements[0])
    last = {root.definition["path"]: root}
    for definition in elements[1:]:
        path: str = definition["path"]
        parent = last[path.rpartition(".")[0]]
        branch = Branch(definition)
        if branch.slice_name:
            whole = _whole(parent, branch)
            branch.general = whole
            whole.slices.append(branch)
        else:
            parent.children.append(branch)
        last[path] = branch
    return root


def _whole(parent: Branch, part: Branch) -> Branch:
    """The element, or the slice for `a/b`, that a slice divides."""
    whole = next(child for child in parent.children if child.name == part.name)
    above = part.slice_name.rpartition("/")[0]
    return next((found for found in whole.slices if above and found.slice_name == above), whole)


def _merged(before: Any, value: dict[str, Any]) -> dict[str, Any]:
    return {**(before or {}), **value}


def _key(value: Any) -> Any:
    return value["key"] if isinstance(value, dict) else value
