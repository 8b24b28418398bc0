"""Progress of long commands: a bar on a terminal, plain lines elsewhere. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

_LINE_EVERY_SECONDS = 10.0


class Tally(Protocol):
    """What is counted: it tells itself in words."""

    @property
    def resources(self) -> int:
        """How many resources so far."""
        ...


class Complaint(Protocol):
    """Something refused."""

    @property
    def name(self) -> str:
        """Its file."""
        ...

    @property
    def place(self) -> str:
        """Where in the file."""
        ...

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why."""
        ...


class Progress:
    """Shows how far a command is, with its rate."""

    def __init__(self, title: str, *, unit: str = "resources") -> None:
        self._title = title
        self._unit = unit
        self._console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
        self._bar: Bar | None = None
        self._total = 0
        self._done = 0
        self._started = self._told = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def begin(self, total: int) -> None:
        """Says how much there is to do, in any unit."""
        self._total, self._started = max(total, 1), time.monotonic()
        if self._console.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
            self._bar = Bar(*columns, console=self._console)
            self._bar.add_task(self._title, total=self._total)
            self._bar.start()

    def advance(self, done: int, tally: Tally) -> None:
        """So much more is done."""
        self._done += done
        now = time.monotonic()
        text = f"{self._title}: {tally.resources:,} {self._unit}, {tally.resources / max(now - self._started, 0.001):,.0f}/s"
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=self._done, description=text)
        elif now - self._told >= _LINE_EVERY_SECONDS:
            self._told = now
            self.say(f"{text}, {min(self._done * 100 // self._total, 100)} %")

    def refuse(self, complaint: Complaint) -> None:
        """Reports one refused resource, on one line."""
        place = f"{complaint.name} {complaint.place}".strip()
        self.say(f"refused {_printable(place)}: {_printable(' | '.join(complaint.reasons))}")

    def say(self, text: str) -> None:
        """One line."""
        self._console.print(text)


def say(text: str) -> None:
    """A result, on stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)
