"""demo: serve a store with examples in it: those of the R4 standard, or a few of our own.

What is loaded at the first run stays; later runs start at once. Not for real data: there is no access control.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from importlib import resources
from pathlib import Path

from seve.main.commands import serve
from seve.main.commands.load import load_into
from seve.main.holding import running_store
from seve.main.progress import Complaint, Progress, say
from seve.main.settings import Settings
from seve.main.wiring import prepared
from seve.store import dumping

_SHOWN = 5
_LINE = 160


class _Quiet(Progress):
    """Counts what is refused and shows the first few: in the standard's own examples, refusals are no surprise."""

    def __init__(self) -> None:
        super().__init__("loading examples")
        self.refused: list[str] = []

    def refuse(self, complaint: Complaint) -> None:
        """Keeps it for later."""
        self.refused.append(f"{complaint.name} {complaint.place}: {complaint.reasons[0]}")


def declare(parser: argparse.ArgumentParser) -> None:
    """Where the examples are."""
    parser.add_argument(
        "--examples", type=Path, metavar="FILE", help="hl7.fhir.r4.examples as .tgz; without it, a dozen of our own"
    )
    parser.add_argument("--address", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")


def run(options: argparse.Namespace) -> int:
    """Loads at first, then serves."""
    settings = Settings.read()
    serve.check_address(options.address, settings.port)
    serve.stop_on_sigterm()
    with running_store(settings):
        if asyncio.run(_needs_examples(settings)):
            _load(settings, options.examples)
        serve.listen(settings, address=options.address)
    return 0


async def _needs_examples(settings: Settings) -> bool:
    """Also when an earlier run was stopped half-way."""
    await prepared(settings)
    connection = await dumping.connect(settings.store_url)
    try:
        return await dumping.is_bare(connection)
    finally:
        await connection.close()


def _load(settings: Settings, file: Path | None) -> None:
    started = time.monotonic()
    if file is None or not file.exists():
        say("the standard's examples are not there: loading a few of our own, in French")
        with resources.as_file(resources.files("seve.main").joinpath("examples")) as own, _Quiet() as progress:
            load_into(settings, [own], keeps_bundles=False, progress=progress)
        return
    say("first run: loading the examples of FHIR R4")
    with _Quiet() as progress:
        report = load_into(settings, [file], keeps_bundles=True, progress=progress)
    loaded = report.resources - report.refused
    say(
        f"{loaded:,} loaded in {time.monotonic() - started:,.0f} s, {report.refused:,} refused by the standard's own rules"
    )
    for line in progress.refused[:_SHOWN]:
        say(f"  {line[:_LINE]}")
