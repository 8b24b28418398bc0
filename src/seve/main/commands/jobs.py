"""jobs: work on background jobs beside the servers, which work on them too."""

from __future__ import annotations

import argparse
import asyncio

from seve.jobs.working import work_off, working
from seve.main.holding import running_store
from seve.main.registry import jobs
from seve.main.settings import Settings
from seve.main.wiring import open_engine


def declare(parser: argparse.ArgumentParser) -> None:
    """`work`, for good or until nothing is due."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    work = actions.add_parser("work", help="work on jobs until Ctrl-C")
    work.add_argument("--once", action="store_true", help="end when nothing is due")


def run(options: argparse.Namespace) -> int:
    """Works."""
    settings = Settings.read()
    with running_store(settings):
        asyncio.run(_work(settings, is_once=options.once))
    return 0


async def _work(settings: Settings, *, is_once: bool) -> None:
    async with open_engine(settings) as engine:
        if is_once:
            await work_off(engine, settings.store_url, jobs())
            return
        async with working(engine, settings.store_url, jobs()):
            await asyncio.Event().wait()
