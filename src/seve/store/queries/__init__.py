"""SQL by file and name: `queries/<noun>.sql`, each statement under a `-- name:` line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def statements(noun: str) -> Mapping[str, str]:
    """The statements of `queries/<noun>.sql` by name."""
    source = resources.files("seve.store.queries").joinpath(f"{noun}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(source)[1:]
    return {name: text.strip().removesuffix(";") for name, text in zip(parts[::2], parts[1::2], strict=True)}
