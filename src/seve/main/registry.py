"""The solutions there are and the work they have: folders under `seve/solutions`, and outside packages by entry point `seve.solutions`."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from seve.jobs.shipped import JOBS
from seve.sdk.chores import queue_jobs
from seve.sdk.solution import Solution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seve.jobs.declaring import Job

GROUP = "seve.solutions"


class SameId(ValueError):  # noqa: N818 - it says what is wrong with an installation
    """Two packages want to be the same solution."""

    def __init__(self, id_: str, modules: Sequence[str]) -> None:
        super().__init__(f"the solution {id_} is in several packages: {', '.join(modules)}; remove all but one")


@cache
def solutions() -> tuple[Solution, ...]:
    """All of them, by id. Raises ManifestWrong, SameId, and what an import raises."""
    found = dict[str, Solution]()
    for solution in _found():
        id_ = solution.manifest.id
        if id_ in found:
            raise SameId(id_, [found[id_].module, solution.module])
        found[id_] = solution
    return tuple(found[id_] for id_ in sorted(found))


def jobs() -> list[Job[Any]]:
    """All work in the background: the platform's, and that of solutions."""
    return [*JOBS, *(job for solution in solutions() for job in queue_jobs(solution))]


def _found() -> Iterator[Solution]:
    package = import_module("seve.solutions")
    for module in pkgutil.iter_modules(package.__path__):
        yield import_module(f"{package.__name__}.{module.name}").solution
    for point in entry_points(group=GROUP):
        yield point.load()
