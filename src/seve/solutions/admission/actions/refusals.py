"""What admissions say no to."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal

_PACKAGE = "solutions/admission.refusals"


class NotComplete(Refusal):
    """The file can't be sent: something is missing or wrong. It was kept as it is."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = f"{_PACKAGE}.not_complete"


class NotTheirs(Refusal):
    """The file was begun by somebody else (another parent, the office): they alone, or the office, go on with it."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = f"{_PACKAGE}.not_theirs"


class NoPaper(Refusal):
    """No file came, or of no kind that is asked for."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = f"{_PACKAGE}.no_paper"


class NoCode(Refusal):
    """The photograph shows no code of a kind that says who somebody is."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = f"{_PACKAGE}.no_code"


class NotNow(Refusal):
    """A deed that the state of the stay does not allow, or not any more."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = f"{_PACKAGE}.not_now"


class StillDiffers(Refusal):
    """An identity can't be confirmed while what the card says differs from the record, or its signature is wrong."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = f"{_PACKAGE}.still_differs"


class NoProof(Refusal):
    """An INS Datamatrix is no document of identity, an expired card none either: nothing is confirmed by it."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = f"{_PACKAGE}.no_proof"


class NotRight(Refusal):
    """A form that can't be taken; its fields say why."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = f"{_PACKAGE}.not_right"


class NothingDue(Refusal):
    """There is nothing to pay, or it was paid."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = f"{_PACKAGE}.nothing_due"


class NoNumber(Refusal):
    """Rights are asked by the number of the INS, which this identity has not."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = f"{_PACKAGE}.no_number"
