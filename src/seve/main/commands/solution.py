"""solution: those that are installed, and whether they pass the conformance suite."""

from __future__ import annotations

import argparse

from seve.main.progress import say
from seve.main.registry import solutions


def declare(parser: argparse.ArgumentParser) -> None:
    """`list` and `check`."""
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("list", help="the solutions that are installed")
    check = commands.add_parser("check", help="run the conformance suite")
    check.add_argument("id", nargs="?", default="", help="the solution (default: all)")


def run(options: argparse.Namespace) -> int:
    """0 when all is well."""
    known = {solution.manifest.id: solution.manifest for solution in solutions()}
    if options.what == "list":
        for id_, manifest in known.items():
            say(f"{id_:24} {manifest.axis:12} {manifest.title.fr} ({', '.join(sorted(manifest.roles))})")
        return 0
    if options.id and options.id not in known:
        raise LookupError(f"there is no solution {options.id}; there are: {', '.join(known) or 'none'}")
    return _tested(options.id)


def _tested(id_: str) -> int:
    import pytest

    suite = ("--pyargs", "seve.testing.conformance", "--solution", id_)
    plain = ("-q", "-p", "seve.testing.plugin", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", ".")
    return int(pytest.main([*plain, *(word for mode in _MODES for word in ("-o", mode)), *suite]))


_MODES = (
    "asyncio_mode=auto",
    "asyncio_default_fixture_loop_scope=session",
    "asyncio_default_test_loop_scope=session",
    "python_files=conformance.py",
)
