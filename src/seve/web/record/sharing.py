"""My sharing choices: who reaches the record and why; each choice a form of its own (R08), and as easily withdrawn."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response

from seve.engine.access import sharing
from seve.engine.access.sharing import Decider, is_masked
from seve.engine.dispatch import perform
from seve.engine.requests import Request as FhirRequest
from seve.engine.rights.choices import sharing_of
from seve.engine.rights.people import Person, people
from seve.engine.rights.wording import ZONE
from seve.kernel.refusals import Refusal
from seve.web import showing
from seve.web.record.room import Room, Whose, back
from seve.web.signin.devices import address_of

if TYPE_CHECKING:
    from seve.engine.identity.holding import Held
    from seve.web.signin.forms import Form

SENSITIVE = ("HIV", "PSY", "ETH", "SEX", "SDV", "GDIS", "R")
MASKABLE = (
    "DocumentReference", "Observation", "DiagnosticReport", "Condition", "AllergyIntolerance", "MedicationRequest",
    "MedicationStatement", "Procedure", "Immunization", "Encounter",
)  # fmt: skip
_READERS = ("PractitionerRole", "Practitioner", "Organization")
_PAGE = 20


class NobodyHere(Refusal):
    """The person or organisation to let in or shut out is not in the directory."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine/rights.refusals.nobody_here"


class DateWrong(Refusal):
    """The end of a permission is no date, or over."""

    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine/rights.refusals.date_wrong"


class SharingPages:
    """For patients and who represents them."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def overview(self, request: Request) -> Response:
        """Who reaches the record, and every choice."""
        held = await self._room.enter(request, "patient")
        whose = await self._room.whose(request, held, request.query_params.get("for", ""))
        found = await sharing_of(self._room.engine, self._room.grant(request, held), whose.patient)
        return self._room.render(
            request, "sharing.html", held=held, whose=whose, sharing=found, **self._said(request, whose)
        )

    async def search(self, request: Request) -> Response:
        """Somebody to let in or to shut out, by name."""
        held = await self._room.enter(request, "patient")
        query = request.query_params
        whose = await self._room.whose(request, held, query.get("for", ""))
        return await self._found(request, held, whose, asked=query.get("q", ""), what=query.get("what", ""))

    async def permit(self, request: Request) -> Response:
        """Lets somebody in."""
        held, form, whose = await self._sent(request)
        try:
            reader = await self._reader(request, held, form["reader"])
            sensitive = [code for code in form.all("sensitive") if code in SENSITIVE]
            await sharing.permit(
                self._decider(request, held, whose), reader, until=_end(form["until"]), sensitive=sensitive
            )
        except (DateWrong, NobodyHere) as refusal:
            return await self._found(request, held, whose, asked=form["q"], what="permit", form=form, refusal=refusal)
        return back("/sharing", **{"for": whose.id}, done="permit")

    async def block(self, request: Request) -> Response:
        """Shuts somebody out."""
        held, form, whose = await self._sent(request)
        reader = await self._reader(request, held, form["reader"])
        await sharing.block(self._decider(request, held, whose), reader)
        return back("/sharing", **{"for": whose.id}, done="block")

    async def oppose(self, request: Request) -> Response:
        """Shuts all professionals out."""
        held, _, whose = await self._sent(request)
        await sharing.oppose(self._decider(request, held, whose))
        return back("/sharing", **{"for": whose.id}, done="oppose")

    async def refuse_emergency(self, request: Request) -> Response:
        """Nobody may break the glass."""
        held, _, whose = await self._sent(request)
        await sharing.refuse_emergencies(self._decider(request, held, whose))
        return back("/sharing", **{"for": whose.id}, done="refuse_emergency")

    async def withdraw(self, request: Request) -> Response:
        """Ends one choice at once."""
        held, form, whose = await self._sent(request)
        await sharing.withdraw(self._decider(request, held, whose), form["consent"])
        return back("/sharing", **{"for": whose.id}, done="withdraw")

    async def records(self, request: Request) -> Response:
        """The records of one kind, to mask or show."""
        held = await self._room.enter(request, "patient")
        query = request.query_params
        whose = await self._room.whose(request, held, query.get("for", ""))
        type_ = query.get("type", "") if query.get("type", "") in MASKABLE else MASKABLE[0]
        pairs = (("_count", str(_PAGE)), *((("_page", query["_page"]),) if "_page" in query else ()))
        asked = FhirRequest("GET", f"{whose.patient}/{type_}", query=pairs)
        answer = await perform(self._room.engine, self._room.grant(request, held), asked)
        bundle = answer.resource
        rows = [
            (
                one["resource"],
                showing.title(one["resource"]),
                showing.time_of(one["resource"]),
                is_masked(one["resource"]),
            )
            for one in bundle.get("entry", ())
        ]
        following = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), "")
        page = following.rpartition("_page=")[2]
        context: dict[str, Any] = {"type": type_, "types": MASKABLE, "rows": rows, "next": page}
        return self._room.render(
            request, "records.html", held=held, whose=whose, **context, **self._said(request, whose)
        )

    async def mask(self, request: Request) -> Response:
        """Hides one record from professionals, or shows it again."""
        held, form, whose = await self._sent(request)
        change = sharing.unmask if form["show"] else sharing.mask
        await change(self._decider(request, held, whose), form["type"], form["record"])
        done = "unmask" if form["show"] else "mask"
        return back("/sharing/records", **{"for": whose.id}, type=form["type"], done=done)

    async def _sent(self, request: Request) -> tuple[Held, Form, Whose]:
        await self._room.enter(request, "patient")
        held, form = await self._room.pages.sent(request)
        return held, form, await self._room.whose(request, held, form["for"])

    async def _found(
        self,
        request: Request,
        held: Held,
        whose: Whose,
        *,
        asked: str,
        what: str,
        form: Form | None = None,
        refusal: Refusal | None = None,
    ) -> Response:
        found = await self._directory(request, held, asked.strip()) if asked.strip() else []
        return self._room.render(
            request,
            "people.html",
            refusal.status if refusal else 200,
            held=held,
            whose=whose,
            what="block" if what == "block" else "permit",
            asked=asked,
            found=found,
            form=form,
            categories=SENSITIVE,
            tomorrow=(datetime.now(ZONE).date() + timedelta(days=1)).isoformat(),
            problem=self._room.told(request, refusal),
            **self._said(request, whose),
        )

    async def _directory(self, request: Request, held: Held, asked: str) -> list[Person]:
        engine, grant = self._room.engine, self._room.grant(request, held)
        references = list[str]()
        for type_, parameter in (("PractitionerRole", "practitioner.name"), ("Organization", "name")):
            words = [
                (parameter, word.replace("\\", "").replace(",", "\\,").replace("|", "")) for word in asked.split()[:4]
            ]
            query = (*words, ("active:not", "false"), ("_count", str(_PAGE)))
            answer = await perform(engine, grant, FhirRequest("GET", type_, query=query))
            bundle = answer.resource
            references += [f"{type_}/{one['resource']['id']}" for one in bundle.get("entry", ())]
        return list((await people(engine, grant, references)).values())

    async def _reader(self, request: Request, held: Held, reference: str) -> str:
        type_ = reference.partition("/")[0]
        if type_ in _READERS:
            found = await people(self._room.engine, self._room.grant(request, held), [reference])
            if any(person.name for person in found.values()):
                return reference
        raise NobodyHere

    def _decider(self, request: Request, held: Held, whose: Whose) -> Decider:
        return Decider(self._room.engine, held.principal, whose.patient, address_of(request))

    def _said(self, request: Request, whose: Whose) -> dict[str, Any]:
        return {"obstacle": self._room.told(request, whose.obstacle)}


def _end(written: str) -> datetime | None:
    """The end of a day in France. Raises DateWrong."""
    if not written:
        return None
    try:
        end = datetime.combine(date.fromisoformat(written) + timedelta(days=1), time(), ZONE)
    except (ValueError, OverflowError) as error:
        raise DateWrong from error
    if end <= datetime.now(UTC):
        raise DateWrong
    return end.astimezone(UTC)
