"""`seve`: one module a command in `commands/`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

import asyncpg

from seve.kernel.refusals import Refusal

COMMANDS = (
    "demo",
    "serve",
    "load",
    "export",
    "backup",
    "restore",
    "reindex",
    "package",
    "terminology",
    "directory",
    "snds",
    "lake",
    "measure",
    "identities",
    "account",
    "sweep",
    "audit",
    "keys",
    "policy",
    "retention",
    "solution",
    "view",
    "territory",
    "jobs",
    "doctor",
)


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; a problem that its user can solve is told in one line and ends with 1."""
    parser = argparse.ArgumentParser(prog="seve", description="Sève: a FHIR R4 record store on PostgreSQL.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(f"seve.main.commands.{name}")
        summary = (module.__doc__ or "").partition("\n")[0].partition(": ")[2]
        command = commands.add_parser(name, help=summary, description=module.__doc__)
        module.declare(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, OSError, RuntimeError, Refusal, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(f"seve {options.command}: {error}", file=sys.stderr)  # noqa: T201 - this is a command line
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
