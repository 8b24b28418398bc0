"""What sign-in says no to. The sentences tell nobody whether an account exists."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class SignInRefused(Refusal):
    """The proof does not hold: a wrong name, password, code or passkey. One sentence for all."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "login"
    key: ClassVar[str] = "engine/identity.refusals.sign_in_refused"


class TooManyAttempts(Refusal):
    """Too many failures for this name or from this address. Field: `seconds`."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "throttled"
    key: ClassVar[str] = "engine/identity.refusals.too_many_attempts"


class StepExpired(Refusal):
    """The second step of something came too late, twice, or without its first."""

    code: ClassVar[str] = "expired"
    key: ClassVar[str] = "engine/identity.refusals.step_expired"


class SignInNeeded(Refusal):
    """No session in force."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "login"
    key: ClassVar[str] = "engine/identity.refusals.sign_in_needed"


class ProofTooOld(Refusal):
    """A change to what proves an account needs a recent proof."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "login"
    key: ClassVar[str] = "engine/identity.refusals.proof_too_old"


class NothingToActAs(Refusal):
    """The account stands for nobody in the record, or for a professional without an active role."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine/identity.refusals.nothing_to_act_as"


class NotDemo(Refusal):
    """Personas exist only in a store that `seve demo` made."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine/identity.refusals.not_demo"


class WrongPassword(Refusal):
    """The password to be replaced is another one."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "login"
    key: ClassVar[str] = "engine/identity.refusals.wrong_password"


class WeakPassword(Refusal):
    """Too short, too like the name, or too easily guessed. Field: `least`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine/identity.refusals.weak_password"


class SecondFactorNeeded(Refusal):
    """A password stands only beside a code generator (TOTP)."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "engine/identity.refusals.second_factor_needed"


class LastProof(Refusal):
    """The only means of signing in can't be removed."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "engine/identity.refusals.last_proof"


class DelegationRefused(Refusal):
    """Not one's own activity, no such account, or dates that make no sense."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "engine/identity.refusals.delegation_refused"


class OfficerNeeded(Refusal):
    """Only an officer may do this."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine/identity.refusals.officer_needed"


class ForgedRequest(Refusal):
    """The form did not come from a page of this session (CSRF)."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "security"
    key: ClassVar[str] = "engine/identity.refusals.forged_request"


class ProviderRefused(Refusal):
    """The answer of another identity provider can't be trusted, or it says no. Field: `reason`, a word for support."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "login"
    key: ClassVar[str] = "engine/identity.refusals.provider_refused"


class ProviderUnreachable(Refusal):
    """Another identity provider does not answer, or with nonsense."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "transient"
    key: ClassVar[str] = "engine/identity.refusals.provider_unreachable"


class UnknownIdentity(Refusal):
    """The provider vouches for somebody who has no account here."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "login"
    key: ClassVar[str] = "engine/identity.refusals.unknown_identity"


class InvalidAccount(Refusal):
    """An account can't be made so: its login is taken or malformed, or a link is no person's. Field: `value`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine/identity.refusals.invalid_account"
