"""What HTTP itself says no to."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class UnsupportedMediaType(Refusal):
    """The body's media type is none that this place reads."""

    status: ClassVar[int] = 415
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "rest.refusals.unsupported_media_type"


class NotAcceptable(Refusal):
    """No media type that the caller accepts is one that the server writes."""

    status: ClassVar[int] = 406
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "rest.refusals.not_acceptable"


class BodyTooLarge(Refusal):
    """The body is over the limit; the rest of it is not read."""

    status: ClassVar[int] = 413
    code: ClassVar[str] = "too-long"
    key: ClassVar[str] = "rest.refusals.body_too_large"


class BodyIncomplete(Refusal):
    """The connection ended before the announced length: what came is not what was meant, even when it can be read."""

    code: ClassVar[str] = "structure"
    key: ClassVar[str] = "rest.refusals.body_incomplete"


class InvalidForm(Refusal):
    """A form-encoded search that can't be read."""

    code: ClassVar[str] = "structure"
    key: ClassVar[str] = "rest.refusals.not_form_encoded"


class InvalidQuery(Refusal):
    """A query string that is no text."""

    code: ClassVar[str] = "structure"
    key: ClassVar[str] = "rest.refusals.invalid_query"


class Incident(Refusal):
    """A bug or a lost database: told without its cause, which is in the log under the incident's number."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "exception"
    key: ClassVar[str] = "rest.refusals.incident"


class Unavailable(Refusal):
    """The database can't be reached just now. Whether a write that was on its way has happened is not known."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "transient"
    key: ClassVar[str] = "rest.refusals.unavailable"


class StoreRefuses(Refusal):
    """The database is read-only or lacks a right. Reading too needs to write: an answer leaves only after its entries in the trail."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "no-store"
    key: ClassVar[str] = "rest.refusals.store_refuses"


class TooManyRequests(Refusal):
    """More requests than `SEVE_SESSION_REQUESTS_PER_SECOND` or `SEVE_ADDRESS_REQUESTS_PER_SECOND` let through (RFC 6585, 4)."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "throttled"
    key: ClassVar[str] = "rest.refusals.too_many_requests"


class MisdirectedRequest(Refusal):
    """The Host is a name that is not this server's (RFC 9110, 15.5.20): somebody else's name may be made to lead here."""

    status: ClassVar[int] = 421
    code: ClassVar[str] = "security"
    key: ClassVar[str] = "rest.refusals.misdirected_request"
