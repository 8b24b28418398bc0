"""What the pages of the record share: who is signed in, whose record they look at, and how a page is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from seve.engine.access.held import Grants
from seve.engine.identity.activities import patients_of
from seve.engine.rights import wording
from seve.engine.rights.age import check_age
from seve.fhir.codec.json import parse
from seve.kernel.refusals import Refusal
from seve.store import reading
from seve.web.signin.devices import address_of
from seve.web.signin.pages import Pages

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.holding import Held
    from seve.engine.identity.principal import Kind
    from seve.engine.identity.service import Identity
    from seve.store.grant import Grant

PRIVATE = {"cache-control": "no-store"}


class NotYourPage(Refusal):
    """The page is for other visitors: patients, professionals or officers."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "web/record.refusals.not_your_page"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose record a page is about. `others` are those that the visitor may choose, with names; `obstacle` says why the
    visitor can't decide for this person, "" when they can.
    """

    patient: str
    name: str
    is_own: bool
    others: tuple[tuple[str, str], ...]
    obstacle: Refusal | None

    @property
    def id(self) -> str:
        """Of the patient."""
        return self.patient.partition("/")[2]


class Room:
    """Pages with an engine behind them."""

    def __init__(self, engine: Engine, identity: Identity, *, package: str = "web/record") -> None:
        self.engine = engine
        self.pages = Pages(identity, package=package)
        self._grants = Grants(engine.parameters, base_url=engine.base_url)

    def grant(self, request: Request, held: Held) -> Grant:
        """What the visitor may see."""
        return self._grants.of(held.principal, source=address_of(request), request="")

    async def enter(self, request: Request, kind: Kind) -> Held:
        """The session, of a visitor of this kind. Raises SignInNeeded, NotYourPage."""
        held = await self.pages.session(request)
        if held.principal.kind != kind:
            raise NotYourPage
        return held

    async def whose(self, request: Request, held: Held, asked: str) -> Whose:
        """Whose record is meant: of the visitor, or of a person they represent. Raises NotYourPage."""
        principal, pool = held.principal, self.engine.database.pool
        known = await patients_of(pool, principal.related, own=principal.role)
        chosen = next((one for one in known if one[0] == f"Patient/{asked}"), known[0] if known and not asked else None)
        if chosen is None:
            raise NotYourPage
        patient, name = chosen
        stored = await reading.read(pool, self.grant(request, held), "Patient", patient.partition("/")[2])
        if stored is None or stored.body is None:
            raise NotYourPage
        is_own, obstacle = patient == principal.role, None
        try:
            check_age(parse(stored.body.encode()), is_own=is_own)
        except Refusal as refusal:
            obstacle = refusal
        others = tuple((reference.partition("/")[2], label) for reference, label in known)
        return Whose(patient, name, is_own, others, obstacle)

    def render(self, request: Request, template: str, status: int = 200, /, **context: Any) -> Response:
        """A page, with words for dates and kinds."""
        language = self.pages.language(request)
        words = {
            name: partial(getattr(wording, name), language=language)
            for name in ("day", "time_of", "both", "kind", "profession")
        }
        done = request.query_params.get("done", "")
        return self.pages.render(request, template, status, words=words, done=done, **context)

    def told(self, request: Request, refusal: Refusal | None) -> str:
        """A refusal in the visitor's language."""
        return self.pages.told(request, refusal) if refusal else ""


def back(path: str, **parameters: str) -> Response:
    """To a page after a form."""
    query = urlencode({name: value for name, value in parameters.items() if value})
    return RedirectResponse(f"{path}{'?' + query if query else ''}", 303, PRIVATE)
