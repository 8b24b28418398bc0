"""The identity desk's pages: the queue of suspected duplicates, two records side by side, what was merged. No health data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from seve.engine.identity.merging import desk
from seve.engine.identity.principal import IDENTITY_DESK
from seve.france.identity.ins import in_force
from seve.france.identity.traits import strict_traits
from seve.france.identity.trust import trust
from seve.kernel.refusals import Refusal
from seve.web.record.room import NotYourPage, Room, back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seve.engine.identity.holding import Held
    from seve.engine.identity.merging.desk import Pair
    from seve.fhir import Resource


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that both records tell, "" where one does not. `key` names it; `values` that are keys of texts are `are_coded`."""

    key: str
    values: tuple[str, str]
    are_coded: bool = False
    is_day: bool = False

    @property
    def agreement(self) -> Literal["same", "differs", "missing", "untold"]:
        """How they compare: one alone is missing in the other, and what neither tells is untold."""
        one, other = self.values
        if one and other:
            return "same" if one == other else "differs"
        return "missing" if one or other else "untold"


class IdentityPages:
    """For the identity desk of an organisation."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def queue(self, request: Request, *, refusal: Refusal | None = None) -> Response:
        """What waits, and what was merged."""
        held = await self._enter(request)
        engine, grant = self._room.engine, self._room.grant(request, held)
        found = await desk.pairs(engine, grant)
        merged = await desk.merged(engine, grant)
        return self._render(
            request, "identities.html", refusal, held=held, pairs=found, merged=merged, name=name_of, percent=percent
        )

    async def pair(self, request: Request, *, refusal: Refusal | None = None) -> Response:
        """Two records side by side."""
        held = await self._enter(request)
        grant = self._room.grant(request, held)
        found = await desk.pair(self._room.engine, grant, request.path_params["id"])
        lines = list(compared(found)) if found.other else []
        kept = f"Patient/{best(found)['id']}"
        return self._render(
            request, "pair.html", refusal, held=held, pair=found, lines=lines, kept=kept, name=name_of, percent=percent
        )

    async def decide(self, request: Request) -> Response:
        """One person, or two."""
        await self._enter(request)
        held, form = await self._room.pages.sent(request)
        engine, grant, id_ = self._room.engine, self._room.grant(request, held), request.path_params["id"]
        try:
            if form["decision"] == "apart":
                await desk.tell_apart(engine, grant, id_)
                return back("/desk/identities", done="apart")
            await desk.merge_pair(engine, grant, id_, kept=form["kept"])
        except Refusal as refusal:
            if isinstance(refusal, desk.NoSuchPair):
                return await self.queue(request, refusal=refusal)
            return await self.pair(request, refusal=refusal)
        return back("/desk/identities", done="merged")

    async def undo(self, request: Request) -> Response:
        """A merge that was a mistake."""
        await self._enter(request)
        held, form = await self._room.pages.sent(request)
        try:
            await desk.undo(self._room.engine, self._room.grant(request, held), form["record"])
        except Refusal as refusal:
            return await self.queue(request, refusal=refusal)
        return back("/desk/identities", done="undone")

    async def _enter(self, request: Request) -> Held:
        """Raises SignInNeeded, NotYourPage."""
        held = await self._room.enter(request, "professional")
        if held.principal.profession != IDENTITY_DESK:
            raise NotYourPage
        return held

    def _render(self, request: Request, template: str, refusal: Refusal | None, /, **context: Any) -> Response:
        status = refusal.status if refusal else 200
        return self._room.render(request, template, status, problem=self._room.told(request, refusal), **context)


def compared(pair: Pair) -> Iterator[Line]:
    """What both records tell, line by line."""
    assert pair.other is not None
    both = (pair.one, pair.other)
    traits = [strict_traits(one) for one in both]
    yield Line("matricule", _each(both, _matricule))
    yield Line("trust", _each(both, trust), are_coded=True)
    for key in ("family", "given", "birth_date"):
        yield Line(key, (getattr(traits[0], key), getattr(traits[1], key)), is_day=key == "birth_date")
    yield Line("sex", (f"sex_{traits[0].sex or 'unknown'}", f"sex_{traits[1].sex or 'unknown'}"), are_coded=True)
    yield Line("birth_place", (traits[0].birth_place, traits[1].birth_place))
    yield Line("used", _each(both, _used))
    yield Line("address", _each(both, _address))
    yield Line("telecom", _each(both, _telecom))
    yield Line("numbers", _each(both, _numbers))


def best(pair: Pair) -> Resource:
    """The record to keep unless somebody chooses otherwise: the more trusted one."""
    order = ("provisional", "recovered", "validated", "qualified")
    return max((one for one in (pair.one, pair.other) if one), key=lambda one: order.index(trust(one)))


def name_of(patient: Resource) -> str:
    """The strict traits' names; the id of a record without."""
    traits = strict_traits(patient)
    return " ".join(filter(None, (traits.family, traits.given))) or str(patient["id"])


def percent(pair: Pair) -> int:
    """How much alike, in whole percent: 100 is said of what is certain alone."""
    return min(int(pair.score * 100), 100 if pair.grade == "certain" else 99)


def _each(both: tuple[Resource, Resource], told: Any) -> tuple[str, str]:
    return str(told(both[0])), str(told(both[1]))


def _matricule(patient: Resource) -> str:
    found = in_force(patient)
    return found.value if found else ""


def _used(patient: Resource) -> str:
    usual = (one for one in patient.get("name", ()) if one.get("use") == "usual")
    return next((" ".join([one.get("family", ""), *one.get("given", ())]).strip() for one in usual), "")


def _address(patient: Resource) -> str:
    found = next(iter(patient.get("address", ())), {})
    return ", ".join(filter(None, (*found.get("line", ()), found.get("postalCode", ""), found.get("city", ""))))


def _telecom(patient: Resource) -> str:
    return ", ".join(one.get("value", "") for one in patient.get("telecom", ()))


def _numbers(patient: Resource) -> str:
    own = in_force(patient)
    values = (one.get("value", "") for one in patient.get("identifier", ()))
    return ", ".join(value for value in values if value and (own is None or value != own.value))
