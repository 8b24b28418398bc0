"""What the lake says no to."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import ClassVar

from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from seve.kernel.refusals import Refusal


class LakeRefusal(Refusal):
    """The root."""


class OtherStore(LakeRefusal):
    """The lake follows another store, or this one before a backup came back. Field: `url`."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "lake.tables.other_store"


class NameWrong(LakeRefusal):
    """A name is none that a snapshot can have. Field: `name`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "lake.tables.name_wrong"


class NameTaken(LakeRefusal):
    """There is a snapshot of that name. Field: `name`."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "duplicate"
    key: ClassVar[str] = "lake.tables.name_taken"


class SnapshotUnknown(LakeRefusal):
    """There is no snapshot of that name. Fields: `name`, `url`."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "lake.tables.snapshot_unknown"


class LakeUnknown(LakeRefusal):
    """There is no lake at a place. Field: `url`."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "lake.tables.lake_unknown"


class LakeIncomplete(LakeRefusal):
    """The first sync of a lake has not ended. Field: `url`."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "incomplete"
    key: ClassVar[str] = "lake.tables.lake_incomplete"


class LakeBusy(LakeRefusal):
    """Another process wrote to the lake meanwhile. Field: `url`."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "lake.tables.lake_busy"


class LakeUnwritable(LakeRefusal):
    """The place can't be written or read: a full disk, rights, an object store that answers no. Fields: `url`, `reason`."""

    status: ClassVar[int] = 507
    code: ClassVar[str] = "exception"
    key: ClassVar[str] = "lake.tables.lake_unwritable"


@contextmanager
def told(url: str) -> Generator[None, None, None]:
    """What the library raises within, as refusals that name the place."""
    try:
        yield
    except TableNotFoundError as error:
        raise LakeUnknown(url=url) from error
    except CommitFailedError as error:
        raise LakeBusy(url=url) from error
    except (DeltaError, OSError) as error:
        raise LakeUnwritable(url=url, reason=" ".join(str(error).split())[:500]) from error
