"""retention: how long what is kept: the rules with what is past its time, and its removal.

`show` removes nothing. `run` does the same unless `--remove` is given; what it takes is told in the audit trail.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
from datetime import UTC, datetime
from pathlib import Path

from seve.engine.rights import retention
from seve.main.holding import running_store
from seve.main.progress import say
from seve.main.settings import Settings
from seve.main.wiring import open_engine


def declare(parser: argparse.ArgumentParser) -> None:
    """One parser an action."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, told in (("show", "the rules, and how much is past its time"), ("run", "remove what is past its time")):
        command = actions.add_parser(name, help=told)
        command.add_argument("--at", type=_day, default=None, metavar="DATE", help="as of a day (default: now)")
        command.add_argument("--rules", type=Path, metavar="FILE", help="other rules than those shipped (TOML)")
    command.add_argument("--remove", action="store_true", help="really remove it; it can't be undone")


def run(options: argparse.Namespace) -> int:
    """Does the action."""
    settings = Settings.read()
    at = options.at or datetime.now(UTC)
    if at > datetime.now(UTC):
        raise ValueError("--at is a day that is over")
    with running_store(settings):
        return asyncio.run(_run(settings, options, at))


async def _run(settings: Settings, options: argparse.Namespace, at: datetime) -> int:
    shipped = retention.shipped()
    text = await asyncio.to_thread(options.rules.read_text, encoding="utf-8") if options.rules else shipped
    is_removing = options.action == "run" and options.remove
    async with open_engine(settings, connections=2) as engine:
        rules = retention.read(text, engine.definitions)
        if is_removing:
            found = await retention.purge(engine, rules, at=at, by=getpass.getuser())
        else:
            found = await retention.due(engine, rules, at=at)
    verb = "removed" if is_removing else "past their time"
    for one in found:
        say(f"{one.rule.name}: {one.versions:,} versions of {one.patients:,} patients {verb} ({one.rule.ground('en')})")
    if options.action == "run" and not is_removing:
        say("nothing was removed: add --remove to do it")
    return 0


def _day(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)
