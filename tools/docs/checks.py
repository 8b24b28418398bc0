"""What must be documented is, and links between pages lead to files that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from seve.engine.operations import operations
from seve.fhir.definitions import core
from tools.docs import asvs

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_SETTING = re.compile(r'"(SEVE_[A-Z_]+)"')
_NOT_INTERACTIONS = frozenset({"__init__", "naming", "entries", "rewriting"})


def problems(root: Path) -> Iterator[str]:
    """One sentence for each thing that is missing or broken."""
    yield from _interactions(root)
    yield from _operations(root)
    yield from _settings(root)
    yield from _links(root)
    yield from asvs.problems(root)


def _interactions(root: Path) -> Iterator[str]:
    for module in sorted((root / "src/seve/engine/interactions").glob("*.py")):
        page = f"docs/reference/interactions/{module.stem}.md"
        if module.stem not in _NOT_INTERACTIONS and not (root / page).exists():
            yield f"{page} is missing: every interaction has its page"


def _operations(root: Path) -> Iterator[str]:
    for url in operations():
        definition = core().resource("OperationDefinition", url)
        name = definition["code"] if definition else url.rpartition("/")[2].removeprefix("$")
        page = f"docs/reference/operations/{name}.md"
        if not (root / page).exists():
            yield f"{page} is missing: every operation has its page"


def _settings(root: Path) -> Iterator[str]:
    documented = (root / "docs/reference/settings.md").read_text(encoding="utf-8")
    source = (root / "src/seve/main/settings.py").read_text(encoding="utf-8")
    for name in sorted(set(_SETTING.findall(source))):
        if f"`{name}`" not in documented:
            yield f"docs/reference/settings.md does not tell of {name}"


def _links(root: Path) -> Iterator[str]:
    for page in [*root.glob("*.md"), *root.glob("docs/**/*.md")]:
        for target in _LINK.findall(page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                yield f"{page.relative_to(root)} links to {target}, which does not exist"
