"""demo: serve a store with examples in it: those of the R4 standard, or a few of our own.

What is loaded at the first run stays; later runs start at once. Not for real data: its personas sign in with one click.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from importlib import resources
from pathlib import Path

from seve.engine.access import open_grant
from seve.engine.dispatch import perform
from seve.engine.identity import personas
from seve.engine.identity.service import open_identity
from seve.engine.requests import Request
from seve.main.commands import serve
from seve.main.commands.load import load_into
from seve.main.holding import running_store
from seve.main.progress import Complaint, Progress, say
from seve.main.settings import Settings
from seve.main.wiring import open_engine, prepared
from seve.store import dumping

_SHOWN = 5
_CARERS = ("PractitionerRole/demo-dr-karim-liberal", "PractitionerRole/demo-dr-karim-hopital")
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
    serve.check_address(options.address, settings.port, is_open=True)  # one-click personas: loopback only
    serve.stop_on_sigterm()
    with running_store(settings):
        if asyncio.run(_needs_examples(settings)):
            _load_own(settings)
            _load(settings, options.examples)
            asyncio.run(_people(settings))
        serve.listen(settings, address=options.address, is_open=False)
    return 0


async def _needs_examples(settings: Settings) -> bool:
    """Also when an earlier run was stopped half-way."""
    await prepared(settings)
    connection = await dumping.connect(settings.store_url)
    try:
        return await dumping.is_bare(connection)
    finally:
        await connection.close()


async def _people(settings: Settings) -> None:
    """The personas, and the examples' patients in the care of the demonstration's doctor."""
    async with open_engine(settings, connections=4) as engine:
        await personas.mark(engine.database)
        async with open_identity(
            engine.database, ledger=engine.ledger, fhir_url=settings.fhir_url, keys=settings.keys
        ) as identity:
            await personas.seed(identity)
        found = await perform(engine, open_grant(), Request("GET", "Patient", query=(("_count", "1000"),)))
        for entry in found.resource.get("entry", []):
            id_ = entry["resource"]["id"]
            team = {
                "resourceType": "CareTeam",
                "id": f"demo-{id_}"[:64],
                "status": "active",
                "name": "Équipe de soins (démonstration)",
                "subject": {"reference": f"Patient/{id_}"},
                "participant": [{"member": {"reference": member}} for member in _CARERS],
            }
            await perform(engine, open_grant(), Request("PUT", f"CareTeam/{team['id']}", resource=team))


def _load_own(settings: Settings) -> None:
    with resources.as_file(resources.files("seve.main").joinpath("examples")) as own, _Quiet() as progress:
        load_into(settings, [own], keeps_bundles=False, progress=progress)


def _load(settings: Settings, file: Path | None) -> None:
    started = time.monotonic()
    if file is None or not file.exists():
        say("the standard's examples are not there: only a few of our own, in French, were loaded")
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
