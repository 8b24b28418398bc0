"""The tables that a measure reads, flattened to Parquet; the measures that Sève ships."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from seve.fhir.measures import Measure
from seve.fhir.views import View, parse_view
from seve.lake.measures.refusals import ViewMissing
from seve.lake.running import Asked, run_view
from seve.lake.shipped import shipped_views
from seve.lake.sources import Source
from seve.lake.writing import write

Definition = Mapping[str, Any]


@cache
def shipped_measures() -> Mapping[str, Definition]:
    """The measures beside this module, by name."""
    folder = resources.files("seve.lake.measures").joinpath("definitions")
    found = [json.loads(file.read_text(encoding="utf-8")) for file in folder.iterdir() if file.name.endswith(".json")]
    return {measure["name"]: measure for measure in sorted(found, key=lambda measure: measure["name"])}


def views_of(measure: Measure, given: Mapping[str, Definition]) -> list[View]:
    """The views that a measure reads: those given by their url, else the shipped ones. Raises ViewMissing, ViewRefused."""
    known = {view["url"]: view for view in shipped_views().values()} | dict(given)
    if missing := next((url for url in measure.views if url not in known), None):
        raise ViewMissing(measure=measure.name, view=missing)
    return [parse_view(known[url]) for url in measure.views]


def flatten(
    views: list[View],
    sources: Callable[[str], Source],
    folder: Path,
    *,
    runner: Asked = "auto",
    tell: Callable[[str], None],
) -> dict[str, Path]:
    """Writes each view as Parquet; the files by the names of their tables. `tell` hears of each that is done. Raises RowsRefused."""
    found = dict[str, Path]()
    for view in views:
        found[view.name] = folder / f"{view.name}.parquet"
        write(run_view(view, sources(view.resource), runner=runner), found[view.name], "parquet")
        tell(view.name)
    return found


def tables_in(folder: Path, views: list[View], *, measure: str) -> dict[str, Path]:
    """The files of views that were written before, as `<name>.parquet`. Raises ViewMissing."""
    found = {view.name: folder / f"{view.name}.parquet" for view in views}
    if missing := next((name for name, path in found.items() if not path.exists()), None):
        raise ViewMissing(measure=measure, view=str(folder / f"{missing}.parquet"))
    return found
