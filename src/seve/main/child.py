"""A process that works for another one: it dies with it, and leaves Ctrl-C to it."""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing import parent_process


def settle_in() -> None:
    """To be called first in a child process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
