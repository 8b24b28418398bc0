"""Writes a solution from the mould, in this repository or (`--into FOLDER`) as a distribution of its own, and checks it."""

from __future__ import annotations

import argparse
import keyword
import re
import subprocess
import sys
from pathlib import Path

from tools.new_solution.mould import files, outside

_ROOT = Path(__file__).parents[2]
_ID = re.compile(r"[a-z][a-z0-9_]{2,40}")


def main() -> int:
    """0 when the new solution passes the suite."""
    parser = argparse.ArgumentParser(prog="python -m tools.new_solution", description=__doc__)
    parser.add_argument(
        "id", help="the name of the package: lower case, digits and underscores, such as wound_follow_up"
    )
    parser.add_argument("--title", default="", help="its name on the pages (default: from the id)")
    parser.add_argument("--into", type=Path, help="an empty or new folder, for a distribution outside this repository")
    options = parser.parse_args()
    id_: str = options.id
    if not _ID.fullmatch(id_) or keyword.iskeyword(id_):
        parser.error(f"{id_!r} can't be the name of a package: lower case, digits and underscores, three to forty-one")
    title = options.title or id_.replace("_", " ").capitalize()
    into: Path | None = options.into
    made = outside(id_, title) if into else files(id_, title)
    root = (into or _ROOT).resolve()
    if taken := [path for path in made if (root / path).exists()]:
        parser.error(f"{root / taken[0]} is there already: nothing was written")
    for path, content in made.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
        print(f"wrote {root / path}")
    return _installed(root) or _checked(id_) if into else _checked(id_)


def _installed(root: Path) -> int:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable"]
    return subprocess.run([*command, str(root)], check=False).returncode


def _checked(id_: str) -> int:
    return subprocess.run([str(Path(sys.executable).parent / "seve"), "solution", "check", id_], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
