"""A solution: a package of one anatomy, declared by its manifest, its pages and what else it brings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module, resources
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from seve.kernel.texts import package_of
from seve.sdk.manifest import Manifest, Role, read_manifest
from seve.sdk.sockets import Socket
from seve.sdk.visit import Method, Shown, Visit

if TYPE_CHECKING:
    from seve.fhir import Resource
    from seve.sdk.chores import Job
    from seve.sdk.events import Event

Answer: TypeAlias = Callable[[Visit], Awaitable[Shown]]
Device: TypeAlias = Literal["camera", "microphone", "geolocation"]


@dataclass(frozen=True, slots=True)
class Page:
    """One route. `path` is below the solution's own (`/{patient}/documents`), `roles` those of the manifest that may come.

    `needs_script`: without JavaScript it only says so; every other page works without. A page for `anyone` reads what is public
    and takes no form, since nobody signed in for what it would write: ValueError. The exception is a page for a signed link
    (`{link}` in its path, `link` its purpose; `seve.sdk.links`): the platform does there what the link is for. Nor is one that
    `is_slowed`, a form in which the field `code` is a code of ours: who typed wrong ones (the page answers `Again`) waits, by code
    and by address. `uses`: the devices for which it may ask the browser; no page may otherwise.
    """

    path: str
    answer: Answer
    roles: frozenset[Role]
    method: Method = "GET"
    needs_script: bool = False
    uses: frozenset[Device] = frozenset()
    link: str = ""
    is_slowed: bool = False

    def __post_init__(self) -> None:
        if "anyone" in self.roles and self.method != "GET" and not (self.link or self.is_slowed):
            raise ValueError(f"{self.path}: a page for anyone takes no form")


class Solution:
    """What a package's `__init__` exports as `solution`: `Solution(__name__)`."""

    def __init__(self, module: str) -> None:
        self.module = module

    @cached_property
    def manifest(self) -> Manifest:
        """Raises ManifestWrong."""
        return read_manifest(self.module)

    @property
    def package(self) -> str:
        """The name that keys of its sentences begin with."""
        return package_of(self.module)

    @cached_property
    def has_static(self) -> bool:
        """Whether it brings files of its own to the browser."""
        return resources.files(self.module).joinpath("static").is_dir()

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The style it brings, by the names of its files."""
        files = resources.files(self.module).joinpath("static").iterdir() if self.has_static else ()
        return {file.name: file.read_text("utf-8") for file in files if file.name.endswith(".css")}

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Those of `pages.PAGES`; none without the module."""
        return self._part("pages", "PAGES")

    @cached_property
    def jobs(self) -> tuple[Job[Any], ...]:
        """Those of `jobs.JOBS`; none without the module."""
        return self._part("jobs", "JOBS")

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Those of `jobs.EVENTS`; none without it."""
        return self._part("jobs", "EVENTS")

    @cached_property
    def sockets(self) -> tuple[Socket, ...]:
        """Those of `sockets.SOCKETS`; none without the module."""
        return self._part("sockets", "SOCKETS")

    @cached_property
    def demo(self) -> tuple[Resource, ...]:
        """The resources of `demo.json`, a Bundle."""
        file = resources.files(self.module).joinpath("demo.json")
        bundle: dict[str, Any] = msgspec.json.decode(file.read_bytes())
        return tuple(entry["resource"] for entry in bundle["entry"])

    def _part(self, name: str, list_: str) -> tuple[Any, ...]:
        folder = resources.files(self.module)
        if not folder.joinpath(f"{name}.py").is_file() and not folder.joinpath(name, "__init__.py").is_file():
            return ()
        return tuple(getattr(import_module(f"{self.module}.{name}"), list_, ()))
