"""package: add, list or remove FHIR packages: profiles, value sets, search parameters.

Servers take them into force when they start; search parameters after the reindex that this brings.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from seve.fhir.definitions.packages import read_identity, read_package
from seve.main.holding import running_store
from seve.main.progress import say
from seve.main.settings import Settings
from seve.main.wiring import definitions_of, prepared
from seve.store import dumping, packages, reindexing

if TYPE_CHECKING:
    from seve.store.database import Connection


def declare(parser: argparse.ArgumentParser) -> None:
    """The three actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add a package, or replace the same version of it")
    add.add_argument("file", type=Path, metavar="FILE", help="an npm package (.tgz)")
    actions.add_parser("list", help="list the packages in the store")
    remove = actions.add_parser("remove", help="remove a package")
    remove.add_argument("name", metavar="NAME", help="its name, or name@version for one version")


def run(options: argparse.Namespace) -> int:
    """Does one of them."""
    settings = Settings.read()
    with running_store(settings):
        return asyncio.run(_run(settings, options))


async def _run(settings: Settings, options: argparse.Namespace) -> int:
    await prepared(settings)
    actions = {"add": _add, "list": _list, "remove": _remove}
    connection = await dumping.connect(settings.store_url)
    try:
        code = await actions[options.action](connection, options)
        if options.action != "list":
            wanted = reindexing.fingerprint(await definitions_of(connection))
            is_due = await reindexing.is_due(connection, wanted)
            say(
                "restart the servers of this store"
                + (", which then reindex it (or run `seve reindex`)" if is_due else "")
            )
    finally:
        await connection.close()
    return code


async def _add(connection: Connection, options: argparse.Namespace) -> int:
    name, version = read_identity(options.file)
    resources = read_package(options.file)
    await packages.put(connection, name, version, resources=resources)
    say(f"{name}@{version}: {len(resources):,} conformance resources")
    return 0


async def _list(connection: Connection, options: argparse.Namespace) -> int:
    del options
    for package in await packages.packages(connection):
        say(f"{package.name}@{package.version}  added {package.added:%Y-%m-%d %H:%M} UTC")
    return 0


async def _remove(connection: Connection, options: argparse.Namespace) -> int:
    whole: str = options.name
    name, _, version = whole.rpartition("@") if "@" in whole[1:] else (whole, "", "")
    removed = await packages.remove(connection, name, version)
    if not removed:
        raise ValueError(f"there is no package {whole}")
    say(f"removed {', '.join(f'{name}@{version}' for version in removed)}")
    return 0
