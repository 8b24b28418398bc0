"""policy: what each profession may do with each kind of record: shown, or replaced from a file.

The change holds at once, in every server process, and is in the audit trail.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seve.engine.access import policies
from seve.main.holding import running_store
from seve.main.progress import say
from seve.main.settings import Settings
from seve.main.wiring import open_engine
from seve.store.access.policies import Habilitation, in_force, replace
from seve.store.audit.acts import Act

if TYPE_CHECKING:
    from seve.engine.engine import Engine


def declare(parser: argparse.ArgumentParser) -> None:
    """One parser an action."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    command = actions.add_parser("import", help="put the policies of a file in force, in place of those that are")
    command.add_argument("file", type=Path, help="a table profession;kinds;rights (docs/how-to/policies.md)")
    actions.add_parser("show", help="print the policies in force, in the same form")


def run(options: argparse.Namespace) -> int:
    """Does what is asked."""
    settings = Settings.read()
    with running_store(settings):
        return asyncio.run(_import(settings, options.file) if options.action == "import" else _show(settings))


async def _import(settings: Settings, file: Path) -> int:
    text = await asyncio.to_thread(file.read_text, encoding="utf-8")
    async with open_engine(settings, connections=2) as engine:
        rows = policies.read(text, engine.definitions)
        await _put(engine, rows, file.name)
    say(f"{len(rows):,} rights in force, from {file.name}")
    return 0


async def _put(engine: Engine, rows: list[Habilitation], title: str) -> None:
    act = Act(interaction="policy", action="U", agent="Device/seve", display=getpass.getuser(), basis=title)
    async with engine.writing(locks=[]) as writing:
        await replace(writing.connection, rows, title=title)
        await writing.write([], acts=[act])


async def _show(settings: Settings) -> int:
    async with open_engine(settings, connections=2) as engine:
        title, rows = await in_force(engine.database.pool)
    say(f"policies in force: {title or 'none'}")
    lines = dict[tuple[str, str], list[str]]()
    for row in rows:
        rights = "r" * row.may_read + "a" * row.may_add + "c" * row.may_change
        lines.setdefault((row.profession, rights), []).append(row.name)
    sys.stdout.write("profession;kinds;rights\n")
    for (profession, rights), names in lines.items():
        sys.stdout.write(f"{profession};{' '.join(names)};{rights}\n")
    return 0
