"""territory: write an invented French territory as NDJSON, or check one against what is published.

The same seed gives the same people, whatever their number and that of the processes: patient 41 of fifty is patient 41 of a
hundred thousand. Everything is marked as invented (meta.tag HTEST). `seve load` takes the folder.
"""

from __future__ import annotations

import argparse
import time
from datetime import date
from pathlib import Path

from seve.main import peopling
from seve.main.progress import Progress, say
from seve.territory.checking import Line
from seve.territory.generating import REFERENCE, Terms

_PATIENTS = 300
_CHECKED = 5000


def declare(parser: argparse.ArgumentParser) -> None:
    """The two actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    write = actions.add_parser("write", help="write NDJSON files")
    write.add_argument("folder", type=Path, metavar="FOLDER", help="where to; made when it is not there")
    write.add_argument("--gzip", action="store_true", help="compress the files (seve load reads them as they are)")
    check = actions.add_parser(
        "check", help="print what is observed beside what is published; 1 when a target is missed"
    )
    for action, patients in ((write, _PATIENTS), (check, _CHECKED)):
        action.add_argument(
            "--patients", type=int, default=patients, metavar="N", help=f"how many (default: {patients:,})"
        )
        action.add_argument("--seed", default="seve", metavar="S", help="any word (default: seve)")
        action.add_argument(
            "--processes", type=int, default=0, metavar="P", help="how many (default: one for each core)"
        )
        action.add_argument(
            "--until", type=date.fromisoformat, default=REFERENCE, metavar="DATE",
            help=f"the day on which lives are told to (default: {REFERENCE})",
        )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Does one of them."""
    terms = Terms(options.seed, options.until)
    return _write(options, terms) if options.action == "write" else _check(options, terms)


def _write(options: argparse.Namespace, terms: Terms) -> int:
    started = time.monotonic()
    with Progress("territory") as progress:
        written = peopling.write(
            options.folder,
            terms,
            patients=options.patients,
            processes=options.processes,
            is_gzip=options.gzip,
            progress=progress,
        )
    seconds = time.monotonic() - started
    rate = f"{written.patients / seconds:,.0f} patients/s, {written.resources / seconds:,.0f} resources/s"
    say(f"{written.patients:,} patients, {written.resources:,} resources in {seconds:,.1f} s ({rate})")
    return 0


def _check(options: argparse.Namespace, terms: Terms) -> int:
    with Progress("territory") as progress:
        tally = peopling.count(terms, patients=options.patients, processes=options.processes, progress=progress)
    lines = tally.lines()
    say(f"{options.patients:,} patients, seed {options.seed}, until {options.until}\n")
    say("| target | observed | published | deviation | accepted | |")
    say("| --- | --- | --- | --- | --- | --- |")
    for line in lines:
        say(_told(line))
    return 1 if any(not line.is_met and not line.gap for line in lines) else 0


def _told(line: Line) -> str:
    verdict = "met" if line.is_met else "known gap" if line.gap else "MISSED"
    deviation = f"{(line.observed / line.published - 1) * 100:+.0f} %"
    accepted = f"±{line.tolerance * 100:.0f} %"
    return f"| {line.title} | {line.observed:.2f} {line.unit} | {line.published:.2f} {line.unit} | {deviation} | {accepted} | {verdict} |"
