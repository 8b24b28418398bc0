"""The texts of the bar codes in a picture, from a worker process with limits of time, memory and pixels."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from typing import Final, Literal, TypeAlias

import msgspec

from seve.kernel.refusals import InvalidContent, Issue

LONGEST_SECONDS: Final = 10.0
LARGEST_BYTES: Final = 12 * 2**20
_ANSWERED: Final = 0
_REASONS: Final[dict[int, Reason]] = {3: "not_a_picture", 4: "broken", 5: "too_many_pixels"}
_AT_ONCE: Final = asyncio.Semaphore(2)
"""A process has some 60 MB; more than two at once wait."""
Reason: TypeAlias = Literal["not_a_picture", "broken", "too_many_pixels", "too_large", "too_long"]


class PictureRefused(InvalidContent):
    """A picture that is not read: `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__([Issue("error", "invalid", f"engine/pictures.refusals.{reason}")])
        self.reason: Reason = reason


async def codes_in(data: bytes, *, longest_seconds: float = LONGEST_SECONDS) -> tuple[str, ...]:
    """The texts of the Data Matrix, PDF417, QR and Aztec codes in a PNG, JPEG, GIF or WebP; none when it shows none.

    The picture goes to the process by a pipe and is nowhere written. Raises PictureRefused.
    """
    if len(data) > LARGEST_BYTES:
        raise PictureRefused("too_large")
    async with _AT_ONCE:
        status, answer = await _asked(data, longest_seconds)
    if status == _ANSWERED:
        return msgspec.json.decode(answer, type=tuple[str, ...])
    raise PictureRefused(_REASONS.get(status, "broken"))


async def _asked(data: bytes, longest_seconds: float) -> tuple[int, bytes]:
    command = (sys.executable, "-m", "seve.engine.pictures.looking")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        answer, _ = await asyncio.wait_for(process.communicate(data), longest_seconds)
    except TimeoutError as error:
        raise PictureRefused("too_long") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, answer
