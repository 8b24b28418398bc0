"""What background work says no to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from seve.engine.refusals import NotFound
from seve.kernel.refusals import Issue, Refusal


class AsynchronousOnly(Refusal):
    """The operation takes long: it must be asked for with `Prefer: respond-async`."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "engine.tasks.asynchronous_only"


class TaskNotFound(NotFound):
    """No such task, or one of somebody else, or one that was removed."""

    key: ClassVar[str] = "engine.tasks.not_found"


class FileNotFound(NotFound):
    """The task has no such file, or is not done."""

    key: ClassVar[str] = "engine.tasks.file_not_found"


class GivenUp(Refusal):
    """The task was taken up again too many times: whoever works on it dies."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "exception"
    key: ClassVar[str] = "engine.tasks.given_up"


class WorkBroken(Refusal):
    """A bug: told without its cause, which is in the log under the incident's number."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "exception"
    key: ClassVar[str] = "engine.tasks.incident"


class Outdated(Refusal):
    """The work took so long that the index rows of its moment are about to be swept."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "timeout"
    key: ClassVar[str] = "engine.tasks.outdated"


class HostNotAllowed(Refusal):
    """The host of a source is not among those that bulk import may read."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "security"
    key: ClassVar[str] = "engine.tasks.host_not_allowed"


class InsecureSource(Refusal):
    """A source must be https; http is for loopback addresses."""

    code: ClassVar[str] = "security"
    key: ClassVar[str] = "engine.tasks.insecure_source"


class AddressNotAllowed(Refusal):
    """An allowed name leads to an address inside a private network."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "security"
    key: ClassVar[str] = "engine.tasks.address_not_allowed"


class SourceUnreadable(Refusal):
    """A source answers with an error, not at all, too slowly, or with too much."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "engine.tasks.source_unreadable"


class WrongLineType(Refusal):
    """A line holds another type of resource than the file was announced with."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "invalid"
    key: ClassVar[str] = "engine.tasks.wrong_line_type"


class TaskFailed(Refusal):
    """What a failed task answers whoever follows it: the issues that ended it."""

    status: ClassVar[int] = 500

    def __init__(self, issues: Sequence[Issue]) -> None:
        super().__init__()
        self._issues = tuple(issues)

    @property
    def issues(self) -> Sequence[Issue]:
        """What ended the task."""
        return self._issues


def failure(refusal: Refusal) -> dict[str, Any]:
    """The progress of a task that a refusal ended."""
    return {
        "issues": [
            {
                "code": i.code,
                "key": i.key,
                "fields": {k: str(v) for k, v in i.fields.items()},
                "expression": i.expression,
            }
            for i in refusal.issues
        ]
    }


def failed(progress: Mapping[str, Any]) -> TaskFailed:
    """The refusal that a failed task's progress tells of."""
    return TaskFailed([Issue("error", i["code"], i["key"], i["fields"], i["expression"]) for i in progress["issues"]])
