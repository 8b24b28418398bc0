"""keys: list the secret keys of the data directory, or replace those that can be replaced while serving.

Running servers take new keys up by themselves: signing keys after ten minutes, those of the audit trail with their next strands.
"""

from __future__ import annotations

import argparse
import stat
from datetime import UTC, datetime
from pathlib import Path

from seve.engine.identity.keys import Keys
from seve.main.progress import say
from seve.main.settings import Settings
from seve.store.audit.keys import Keyring

_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def declare(parser: argparse.ArgumentParser) -> None:
    """One parser an action."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="each file with its mode and age; ends with 1 when others may read one")
    command = actions.add_parser(
        "rotate", help="make new keys; the old ones stay to verify with, as long as that takes"
    )
    command.add_argument("which", choices=("tokens", "audit", "all"))


def run(options: argparse.Namespace) -> int:
    """Does the action."""
    keys = Settings.read().keys
    if options.action == "list":
        return _list(keys)
    if options.which in ("tokens", "all"):
        say(f"new signing key of tokens: {Keys(keys).rotate()}")
    if options.which in ("audit", "all"):
        mac, seal = Keyring.open(keys).rotate()
        say(f"new keys of the trail: audit-mac-{mac}, audit-seal-{seal}")
    return 0


def _list(directory: Path) -> int:
    if not directory.is_dir():
        raise ValueError(f"there are no keys in {directory}")
    wrong = 0
    for path in (directory, *sorted(directory.iterdir())):
        about = path.stat()
        made = datetime.fromtimestamp(about.st_mtime, UTC).strftime("%Y-%m-%d")
        is_wrong = bool(about.st_mode & _OPEN_TO_OTHERS) and path.suffix != ".pub"
        wrong += is_wrong
        say(f"{stat.filemode(about.st_mode)}  {made}  {path.name}{'  OPEN TO OTHERS: chmod go=' if is_wrong else ''}")
    return 1 if wrong else 0
