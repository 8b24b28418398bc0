"""demo: serve a store with a living territory in it: invented patients, those who care for them, and people to sign in as.

What is loaded at the first run stays; later runs start at once. Not for real data: its personas sign in with one click.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from seve.engine.access import open_grant
from seve.engine.dispatch import perform
from seve.engine.engine import Engine
from seve.engine.identity import personas
from seve.engine.identity.merging.duplicates import queue_duplicates
from seve.engine.identity.service import open_identity
from seve.engine.requests import Request
from seve.main import peopling
from seve.main.commands import serve
from seve.main.commands.load import load_into
from seve.main.holding import running_store
from seve.main.progress import Complaint, Progress, say
from seve.main.registering import fill_register
from seve.main.settings import Settings
from seve.main.wiring import open_engine, prepared
from seve.store import dumping
from seve.territory.doubles import DOUBLED, double
from seve.territory.generating import Terms

_SHOWN = 5
_CARERS = ("PractitionerRole/demo-dr-karim-liberal", "PractitionerRole/demo-dr-karim-hopital")
_LINE = 160
_PATIENTS = 300


class _Quiet(Progress):
    """Counts what is refused and shows the first few: in the standard's own examples, refusals are no surprise."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.refused: list[str] = []

    def refuse(self, complaint: Complaint) -> None:
        """Keeps it for later."""
        self.refused.append(f"{complaint.name} {complaint.place}: {complaint.reasons[0]}")


def declare(parser: argparse.ArgumentParser) -> None:
    """How many people, and where the examples are."""
    parser.add_argument(
        "--patients",
        type=int,
        default=_PATIENTS,
        metavar="N",
        help=f"how many patients to invent (default: {_PATIENTS})",
    )
    parser.add_argument(
        "--examples", type=Path, metavar="FILE", help="the examples of R4 too: hl7.fhir.r4.examples as .tgz"
    )
    parser.add_argument("--address", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")


def run(options: argparse.Namespace) -> int:
    """Loads at first, then serves."""
    settings = Settings.read()
    serve.check_address(options.address, settings.port, is_open=True)  # one-click personas: loopback only
    serve.stop_on_sigterm()
    if options.examples and not options.examples.exists():
        raise ValueError(f"{options.examples}: no such file")
    with running_store(settings):
        if asyncio.run(_is_bare(settings)):
            _load_territory(settings, options.patients)
            if options.examples:
                _load_examples(settings, options.examples)
            asyncio.run(_people(settings, has_examples=bool(options.examples)))
        serve.listen(settings, address=options.address, is_open=False)
    return 0


async def _is_bare(settings: Settings) -> bool:
    """Also when an earlier run was stopped half-way."""
    await prepared(settings)
    connection = await dumping.connect(settings.store_url)
    try:
        return await dumping.is_bare(connection)
    finally:
        await connection.close()


async def _people(settings: Settings, *, has_examples: bool) -> None:
    """The personas, and the examples' patients in the care of the demonstration's doctor."""
    async with open_engine(settings, connections=4) as engine:
        await personas.mark(engine.database)
        async with open_identity(
            engine.database, ledger=engine.ledger, fhir_url=settings.fhir_url, keys=settings.keys
        ) as identity:
            await personas.seed(identity)
        await _doubles(engine)
        await fill_register(engine)
        if has_examples:
            await _care_for_examples(engine)


async def _doubles(engine: Engine) -> None:
    """Some patients have a second record at the hospital, in the queue of its identity desk."""
    hospital = {"reference": "Organization/demo-hopital"}
    for id_ in DOUBLED:
        stored = await perform(engine, open_grant(), Request("GET", f"Patient/{id_}"))
        own = {**stored.resource, "managingOrganization": hospital}
        for one in (own, double(own, organization=hospital)):
            await perform(engine, open_grant(), Request("PUT", f"Patient/{one['id']}", resource=one))
        await queue_duplicates(engine, open_grant(), own)


async def _care_for_examples(engine: Engine) -> None:
    found = await perform(
        engine, open_grant(), Request("GET", "Patient", query=(("_count", "1000"), ("_tag:not", "synthetic")))
    )
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


def _load_territory(settings: Settings, patients: int) -> None:
    say(f"first run: inventing a territory of {patients:,} patients")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="seve-territory-") as place:
        folder = Path(place) / "territory"
        with _Quiet("inventing") as progress:
            peopling.write(folder, Terms(), patients=patients, progress=progress)
        with _Quiet("loading") as progress:
            report = load_into(settings, [folder], keeps_bundles=False, progress=progress)
    say(f"{report.resources - report.refused:,} resources loaded in {time.monotonic() - started:,.0f} s")
    _show(progress)


def _load_examples(settings: Settings, file: Path) -> None:
    say("loading the examples of FHIR R4")
    with _Quiet("loading") as progress:
        report = load_into(settings, [file], keeps_bundles=True, progress=progress)
    say(f"{report.resources - report.refused:,} loaded, {report.refused:,} refused by the standard's own rules")
    _show(progress)


def _show(progress: _Quiet) -> None:
    for line in progress.refused[:_SHOWN]:
        say(f"  {line[:_LINE]}")
