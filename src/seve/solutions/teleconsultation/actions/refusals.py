"""What is refused around a call: each says what would help."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class NotAtHand(Refusal):
    """The room is not open yet, or not any more."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.not_at_hand"


class NoConsent(Refusal):
    """The form was sent without the consent to care at a distance."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.no_consent"


class NoWay(Refusal):
    """None of the ways of a call was chosen."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.no_way"


class NobodyThere(Refusal):
    """Nobody of the patient's side is in the waiting room, and no consent was given by voice."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.nobody_there"


class GuardianNeeded(Refusal):
    """The patient is under guardianship, and their guardian has not agreed. Field: `name`."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.guardian_needed"


class ActNotYours(Refusal):
    """The profession may not do this act on this day. Field: `day`."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.act_not_yours"


class NoProof(Refusal):
    """Nothing was said of how the patient's identity was checked."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.no_proof"


class NoRelevance(Refusal):
    """Télésoin needs the professional's own word that it is relevant."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.no_relevance"


class NotRunning(Refusal):
    """The call has not begun, or it is over."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.not_running"


class AlreadyBegun(Refusal):
    """The call runs already."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.already_begun"


class NoWords(Refusal):
    """There is nothing to send."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.no_words"


class NotPossible(Refusal):
    """A measure says what can't be. Fields: `least`, `most`, `unit`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.not_possible"


class CantInvite(Refusal):
    """Nobody of this reference can be invited, or the call is full."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.cant_invite"


class NoReason(Refusal):
    """Nothing was said of why the call is broken off."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.no_reason"


class NoPatient(Refusal):
    """No patient was chosen whom the professional may call."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.no_patient"


class NoMark(Refusal):
    """A question has no mark of 1 to 5."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.no_mark"


class SaidAlready(Refusal):
    """The opinion was given before."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "solutions/teleconsultation.refusals.said_already"
