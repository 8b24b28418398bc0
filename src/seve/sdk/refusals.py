"""What the kit refuses, whichever solution is asked."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class Undeclared(Refusal):
    """A solution reaches for a type that its manifest does not name. Fields: `solution`, `verb` (reads, writes), `type`."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "sdk.refusals.undeclared"


class NotForYou(Refusal):
    """The page is for visitors of another kind."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "sdk.refusals.not_for_you"


class NotFound(Refusal):
    """There is nothing here, or nothing that the visitor may see."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "sdk.refusals.not_found"


class Changed(Refusal):
    """Somebody else changed it meanwhile: nothing was overwritten."""

    status: ClassVar[int] = 412
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "sdk.refusals.changed"


class NoPrinter(Refusal):
    """The libraries that draw PDF are not on this machine: the page itself can be printed."""

    status: ClassVar[int] = 501
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "sdk.refusals.no_printer"
