"""Makes sure that a Chromium is there for the browser tests: Debian's, installed where that is possible; else says how."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str | None:
    """Where the browser is, None when there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def main() -> int:
    """Installs Chromium when it is absent and this user may."""
    if executable():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing Chromium for the browser tests …", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    if not executable():
        print("no Chromium: the browser tests will be skipped (Debian: apt-get install chromium)", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
