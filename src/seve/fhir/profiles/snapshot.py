"""Snapshots made from differentials (FHIR R4, Profiling FHIR, 5.1.0.6): the base, changed where the profile speaks."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from seve.fhir import Resource
from seve.fhir.definitions import Definitions
from seve.fhir.profiles.branches import Branch, grow

_DEFINED = "http://hl7.org/fhir/StructureDefinition/"


class SnapshotError(Exception):
    """A profile from which no snapshot can be made: its base or a type is unknown, or its differential leads nowhere."""


def snapshot(definition: Resource, definitions: Definitions) -> list[dict[str, Any]]:
    """The elements of a profile, the root first; the stated snapshot where there is one. Raises SnapshotError."""
    return _snapshot(definition, definitions, above=())


def _snapshot(definition: Resource, definitions: Definitions, *, above: tuple[str, ...]) -> list[dict[str, Any]]:
    if "snapshot" in definition:
        return definition["snapshot"]["element"]
    url: str = definition["url"]
    if url in above:
        raise SnapshotError(f"{url} is its own base")
    return _Maker(definition, definitions, above=(*above, url)).make()


class _Maker:
    def __init__(self, definition: Resource, definitions: Definitions, *, above: tuple[str, ...]) -> None:
        self._definition = definition
        self._definitions = definitions
        self._above = above

    def make(self) -> list[dict[str, Any]]:
        root = self._branches(self._definition.get("baseDefinition", ""))
        self._root = root
        chosen: dict[str, str] = {}
        for stated in self._definition.get("differential", {}).get("element", ()):
            self._apply(root, stated, chosen=chosen)
        return list(root.elements(self._definition["type"], self._definition["type"]))

    def _branches(self, canonical: str) -> Branch:
        found = self._definitions.resource("StructureDefinition", canonical)
        if found is None:
            raise SnapshotError(f"{canonical} is unknown")
        return grow(copy.deepcopy(_snapshot(found, self._definitions, above=self._above)))

    def _apply(self, root: Branch, stated: dict[str, Any], *, chosen: dict[str, str]) -> None:
        branch = root
        for name, slice_name in _segments(stated, chosen):
            branch = self._child(branch, name)
            for part in _parts(slice_name):
                branch = branch if branch.slice_name == part else branch.slice(part)
        branch.merge(stated)

    def _child(self, parent: Branch, name: str) -> Branch:
        """The child of a name; the type of the parent is unfolded when nothing stands below it yet."""
        if not parent.children:
            parent.children = self._unfolded(parent)
        for child in parent.children:
            if child.name == name:
                return child
            if (code := child.type_under(name)) is not None:
                return child.typed_slice(name, code)
        raise SnapshotError(f"{parent.definition['path']} has no element {name}")

    def _unfolded(self, branch: Branch) -> list[Branch]:
        if reference := branch.definition.get("contentReference"):
            return copy.deepcopy(self._referred(reference.rpartition("#")[2]).children)
        types = branch.definition.get("type", ())
        if branch.general is not None and branch.general.definition.get("type", ()) == types:
            branch.general.children = branch.general.children or self._unfolded(branch.general)
            return copy.deepcopy(branch.general.children)
        if len(types) != 1:
            raise SnapshotError(f"{branch.definition['path']} has several types")
        return self._branches(self._profile(types[0]) or _DEFINED + types[0]["code"]).children

    def _profile(self, type_: dict[str, Any]) -> str | None:
        """The first known profile on a type, this profile and those that it stands on aside."""
        others = (url for url in type_.get("profile", ()) if url not in self._above)
        return next((url for url in others if self._definitions.resource("StructureDefinition", url)), None)

    def _referred(self, path: str) -> Branch:
        branch = self._root
        for name in path.split(".")[1:]:
            branch = self._child(branch, name)
        return branch


def _segments(stated: dict[str, Any], chosen: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The way to an element: names, each with the slice it goes into. Without `id`, the last slice stated on the path."""
    names = stated["path"].split(".")[1:]
    if "id" in stated:
        slices = [part.partition(":")[2] for part in stated["id"].split(".")[1:]]
    else:
        if names:
            chosen[stated["path"]] = stated.get("sliceName", "")
        paths = [".".join(stated["path"].split(".")[: depth + 2]) for depth in range(len(names))]
        slices = [chosen.get(path, "") for path in paths]
    yield from zip(names, slices, strict=len(names) == len(slices))


def _parts(slice_name: str) -> Iterator[str]:
    """`a/b` is the part b of the slice a."""
    parts = slice_name.split("/") if slice_name else []
    for depth in range(len(parts)):
        yield "/".join(parts[: depth + 1])
