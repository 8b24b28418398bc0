"""The views that Sève ships, as ViewDefinition files beside this module: one a file, named as its view."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

Definition = Mapping[str, Any]


@cache
def shipped_views() -> Mapping[str, Definition]:
    """The views for anybody's tables, by name."""
    return _read("views")


@cache
def omop_views() -> Mapping[str, Definition]:
    """The views that the tables of the OMOP CDM are made of (lake/omop), by name."""
    return _read("views", "omop")


def _read(*path: str) -> dict[str, Definition]:
    folder = resources.files("seve.lake").joinpath(*path)
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    found: list[Definition] = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {view["name"]: view for view in found}
