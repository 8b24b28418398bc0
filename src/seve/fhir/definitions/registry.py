"""The definitions in force: R4 itself from the package's artefact, and packages added at run time."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from importlib import resources
from io import BytesIO
from types import MappingProxyType

import msgspec

from seve.fhir import Resource
from seve.fhir.definitions.reading import schemas
from seve.fhir.definitions.schema import TypeSchema

ARTEFACT = "r4.zip"
_CORE_DERIVATIONS = (None, "specialization")


class Definitions:
    """Conformance resources by kind and canonical URL. Immutable: `with_resources` makes a new one.

    The artefact keeps one msgpack entry a resource type, decoded when first asked for.
    """

    def __init__(self, *, added: Iterable[Resource] = ()) -> None:
        self._added: dict[str, dict[str, Resource]] = {}
        for resource in added:
            self._added.setdefault(resource["resourceType"], {})[resource["url"]] = resource

    def with_resources(self, resources_: Iterable[Resource]) -> Definitions:
        """These definitions and `resources_`; a later resource with the same URL replaces an earlier one."""
        before = (r for kind in self._added.values() for r in kind.values())
        return Definitions(added=[*before, *resources_])

    def resources(self, resource_type: str) -> Mapping[str, Resource]:
        """All conformance resources of one type (`StructureDefinition`, `ValueSet`, …) by URL without version."""
        added = self._added.get(resource_type)
        core = _core(resource_type)
        return MappingProxyType({**core, **added}) if added else core

    def resource(self, resource_type: str, canonical: str) -> Resource | None:
        """One conformance resource by its canonical; a `|version` narrows the match."""
        url, _, version = canonical.partition("|")
        found = self._added.get(resource_type, {}).get(url) or _core(resource_type).get(url)
        return found if found and (not version or found.get("version") == version) else None

    @property
    def added(self) -> Iterator[Resource]:
        """The resources that were added to R4 at run time."""
        for kind in self._added.values():
            yield from kind.values()

    @property
    def types(self) -> Mapping[str, TypeSchema]:
        """Every R4 type by name: resources, datatypes, primitives, and backbones by path."""
        return _types()

    def type(self, name: str) -> TypeSchema | None:
        """One R4 type by name."""
        return _types().get(name)

    @cached_property
    def resource_types(self) -> frozenset[str]:
        """The names of all concrete resource types."""
        return frozenset(t.name for t in self.types.values() if t.kind == "resource" and not t.is_abstract)

    def is_subtype(self, name: str, ancestor: str) -> bool:
        """Whether a type is `ancestor` or descends from it."""
        current: str = name
        while current:
            if current == ancestor:
                return True
            schema = self.types.get(current)
            current = schema.base if schema else ""
        return False


@cache
def core() -> Definitions:
    """The definitions of R4 alone."""
    return Definitions()


@cache
def _artefact() -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(resources.files("seve.fhir.definitions").joinpath(ARTEFACT).read_bytes()))


@cache
def _core(resource_type: str) -> Mapping[str, Resource]:
    name = f"{resource_type}.msgpack"
    if name not in _artefact().namelist():
        return MappingProxyType({})
    found: list[Resource] = msgspec.msgpack.decode(_artefact().read(name))
    return MappingProxyType({r["url"]: r for r in found})


@cache
def _types() -> Mapping[str, TypeSchema]:
    found: dict[str, TypeSchema] = {}
    for definition in _core("StructureDefinition").values():
        if definition.get("derivation") in _CORE_DERIVATIONS and definition["kind"] != "logical":
            found.update((schema.name, schema) for schema in schemas(definition))
    return MappingProxyType(found)
