"""Opening a record that one does not reach: with the patient's consent, there and then; or in an emergency, without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from seve.engine.access.emergency import HOURS, ReasonMissing, break_glass
from seve.engine.access.finding import NobodyToOpen, Traits
from seve.engine.access.sharing import DECLARED_HOURS, declare
from seve.engine.access.summary import summary
from seve.engine.dispatch import perform
from seve.engine.requests import Request as FhirRequest
from seve.engine.rights.people import name_of
from seve.kernel.refusals import Refusal
from seve.web.record.room import PRIVATE, Room
from seve.web.signin.devices import address_of

if TYPE_CHECKING:
    from seve.engine.identity.holding import Held
    from seve.web.signin.forms import Form

_PATIENTS = 20


class PresenceMissing(Refusal):
    """A consent is declared of a patient who is there and agrees; the box that says so was not ticked."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "web/record.refusals.presence_missing"


class OpeningPages:
    """For professionals."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def consented(self, request: Request) -> Response:
        """One's patients, and the form for a patient who is there."""
        held = await self._room.enter(request, "professional")
        return await self._open_record(request, held)

    async def declare(self, request: Request) -> Response:
        """The patient agrees; a Consent of a day."""
        await self._room.enter(request, "professional")
        held, form = await self._room.pages.sent(request)
        try:
            _check_presence(form)
            patient, _ = await declare(self._room.engine, held.principal, _traits(form), source=address_of(request))
        except (PresenceMissing, NobodyToOpen) as refusal:
            return await self._open_record(request, held, form=form, refusal=refusal)
        return _to_summary(patient)

    async def emergency(self, request: Request) -> Response:
        """The form, with what follows from it."""
        held = await self._room.enter(request, "professional")
        return self._emergency(request, held)

    async def break_glass(self, request: Request) -> Response:
        """Opens the record for some hours; the patient is told, the officer reviews."""
        await self._room.enter(request, "professional")
        held, form = await self._room.pages.sent(request)
        traits, source = _traits(form), address_of(request)
        try:
            patient = await break_glass(self._room.engine, held.principal, traits, reason=form["reason"], source=source)
        except (ReasonMissing, NobodyToOpen) as refusal:
            return self._emergency(request, held, form=form, refusal=refusal)
        return _to_summary(patient)

    async def summary(self, request: Request) -> Response:
        """The one screen."""
        held = await self._room.enter(request, "professional")
        found = await summary(self._room.engine, self._room.grant(request, held), request.path_params["id"])
        return self._room.render(request, "summary.html", held=held, summary=found)

    def _emergency(
        self, request: Request, held: Held, *, form: Form | None = None, refusal: Refusal | None = None
    ) -> Response:
        context: dict[str, Any] = {"form": form, "hours": HOURS, "problem": self._room.told(request, refusal)}
        return self._room.render(request, "emergency.html", refusal.status if refusal else 200, held=held, **context)

    async def _open_record(
        self, request: Request, held: Held, *, form: Form | None = None, refusal: Refusal | None = None
    ) -> Response:
        asked = FhirRequest("GET", "Patient", query=(("_sort", "family"), ("_count", str(_PATIENTS))))
        answer = await perform(self._room.engine, self._room.grant(request, held), asked)
        bundle = answer.resource
        patients = [(one["resource"], name_of(one["resource"])) for one in bundle.get("entry", ())]
        context: dict[str, Any] = {"form": form, "hours": DECLARED_HOURS, "patients": patients}
        status = refusal.status if refusal else 200
        return self._room.render(
            request, "open_record.html", status, held=held, problem=self._room.told(request, refusal), **context
        )


def _check_presence(form: Form) -> None:
    if not form["present"]:
        raise PresenceMissing


def _traits(form: Form) -> Traits:
    return Traits(form["identifier"], form["family"], form["given"], form["birth_date"])


def _to_summary(patient: str) -> Response:
    return RedirectResponse(f"/summary/{patient.partition('/')[2]}", 303, PRIVATE)
