"""account: make an account, and print the one-time code by which its holder first gets in.

The code is valid for a day, at “I have lost my means of signing in”; behind it the holder sets up a passkey. The first officer
of a store is made this way.
"""

from __future__ import annotations

import argparse
import asyncio

from seve.engine.identity.enrolling import enrol
from seve.main.holding import running_store
from seve.main.progress import say
from seve.main.settings import Settings
from seve.main.wiring import prepared
from seve.store.database import Database


def declare(parser: argparse.ArgumentParser) -> None:
    """Who."""
    parser.add_argument("login", help="the name that the holder will type, if they ever have to")
    parser.add_argument("name", help="the name that is shown")
    parser.add_argument("--officer", action="store_true", help="may sit at the officer's desk")
    parser.add_argument(
        "--link",
        action="append",
        default=[],
        metavar="REFERENCE",
        help="whom the account stands for: Practitioner/…, Patient/… or RelatedPerson/…; may be repeated",
    )


def run(options: argparse.Namespace) -> int:
    """Makes it."""
    settings = Settings.read()
    with running_store(settings):
        say(asyncio.run(_enrol(settings, options)))
    return 0


async def _enrol(settings: Settings, options: argparse.Namespace) -> str:
    await prepared(settings)
    database = await Database.open(settings.store_url, connections=1)
    try:
        code, until = await enrol(
            database, login=options.login, name=options.name, links=options.link, is_officer=options.officer
        )
    finally:
        await database.close()
    return f"{code}  (until {until:%Y-%m-%d %H:%M} UTC, at {settings.fhir_url.removesuffix('/fhir')}/signin/recover)"
