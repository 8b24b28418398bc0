"""A whole server in the test's own process, and browsers for a small cast of people: what tests of solutions visit.

The cast: `ana`, a patient; `bob`, another; `doc`, a physician who takes care of ana; `nurse`, who does so too; `stranger`, a
physician who takes care of nobody; `officer`, at the desk.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any

import httpx

from seve.engine.access import open_grant, policies
from seve.engine.dispatch import perform
from seve.engine.identity.activities import activities_of
from seve.engine.identity.policy import Policy
from seve.engine.identity.service import open_identity
from seve.engine.identity.sessions import Proof, open_session
from seve.engine.requests import Request
from seve.france.identity.ins import Matricule
from seve.france.identity.traits import StrictTraits, with_traits
from seve.france.identity.trust import Reliability, with_reliability
from seve.sdk.serving import solution_routes, solution_sections, solution_sheets
from seve.store.access.policies import replace as put_policies
from seve.store.identity import accounts
from seve.web.app import pages
from seve.web.desk import desk_routes
from seve.web.record import record_routes
from seve.web.signin.routes import signin_routes
from seve.web.visitors import SignedInVisitors

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.applications import Starlette

    from seve.engine.engine import Engine
    from seve.engine.identity.service import Identity
    from seve.fhir import Resource
    from seve.sdk.solution import Solution

SITE = "http://sante.example"
CAST = ("ana", "bob", "doc", "nurse", "stranger", "officer")
INS = {"ana": "261036212345663", "bob": "184117512345624"}
"""The test numbers of the patients."""
_QUALIFIED = Reliability("VALI", "INSI", "2024-01-08", "CN", "2024-01-08")
_PROFESSIONS = {"doc": "10", "nurse": "60", "stranger": "10"}
_G15 = "https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante"


@dataclass(slots=True)
class Browser:
    """Pages as a person gets them: cookies kept, links and forms followed, hidden fields filled in."""

    client: httpx.AsyncClient
    page: str = ""
    status: int = 0
    answer: httpx.Response = field(default_factory=lambda: httpx.Response(200))

    async def get(self, path: str, **parameters: str) -> str:
        """The page, with its characters unescaped."""
        return await self._follow(await self.client.get(path, params=parameters or None))

    async def post(
        self,
        path: str,
        *,
        files: dict[str, tuple[str, bytes, str]] | None = None,
        **fields: str | list[str],
    ) -> str:
        """Sends a form of the page that is shown, with its token."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.page)
        sent: dict[str, Any] = {**({"csrf": token[1]} if token else {}), **fields}
        return await self._follow(await self.client.post(path, data=sent, files=files, headers={"origin": SITE}))

    async def _follow(self, answer: httpx.Response) -> str:
        while answer.is_redirect and answer.headers["location"].startswith(("/", SITE)):
            answer = await self.client.get(answer.headers["location"])
        self.answer, self.status, self.page = answer, answer.status_code, unescape(answer.text)
        return self.page


@dataclass(frozen=True, slots=True)
class Site:
    """The application on the test's own store."""

    engine: Engine
    identity: Identity
    application: Starlette

    async def put(self, *resources: Resource) -> None:
        """Writes resources as the platform itself would; they are validated."""
        for resource in resources:
            path = f"{resource['resourceType']}/{resource['id']}"
            await perform(self.engine, open_grant(), Request("PUT", path, resource=resource))

    async def stored(self, type_: str, *query: tuple[str, str]) -> list[Resource]:
        """What there is, whoever may see it."""
        answer = await perform(self.engine, open_grant(), Request("GET", type_, query=query))
        return [entry["resource"] for entry in answer.resource.get("entry", ())]

    async def browser(self, name: str = "", *, language: str = "fr") -> Browser:
        """A browser in which one of the cast is signed in, or ("") nobody."""
        transport = httpx.ASGITransport(app=self.application)
        client = httpx.AsyncClient(transport=transport, base_url=SITE, headers={"accept-language": language})
        if name:
            client.cookies.set("seve", await self._cookie(name))
        return Browser(client)

    async def _cookie(self, name: str) -> str:
        account = await accounts.by_id(self.identity.database.pool, name)
        if account is None:
            raise LookupError(f"{name} is not of the cast: {', '.join(CAST)}")
        activity = (await activities_of(self.identity.database.pool, account))[0]
        return await open_session(self.identity, Proof(name, ("swk",)), activity, device="test")


@asynccontextmanager
async def site(engine: Engine, *, solutions: Sequence[Solution], keys: Path) -> AsyncGenerator[Site]:
    """A site with the cast on an empty store. `keys` is a folder for its keys."""
    fhir_url = f"{SITE}/fhir"
    async with open_identity(
        engine.database, ledger=engine.ledger, fhir_url=fhir_url, keys=keys, policy=Policy(), providers={}
    ) as identity:
        routes = [route for solution in solutions for route in solution_routes(engine, identity, solution)]
        application = pages(
            engine,
            SignedInVisitors(engine, identity),
            routes=[
                *signin_routes(identity),
                *record_routes(engine, identity),
                *desk_routes(engine, identity),
                *routes,
            ],
            sections=[section for solution in solutions for section in solution_sections(solution)],
            sheets=solution_sheets(solutions),
        )
        made = Site(engine, identity, application)
        await made.put(*_cast())
        await _load_policies(engine)
        for name in CAST:
            await accounts.add(engine.database.pool, name, name=name.title(), login=name, is_officer=name == "officer")
        for name in ("ana", "bob"):
            await accounts.link(engine.database.pool, name, f"Patient/{name}")
        for name in _PROFESSIONS:
            await accounts.link(engine.database.pool, name, f"Practitioner/{name}")
        yield made


async def _load_policies(engine: Engine) -> None:
    async with engine.database.transaction() as connection:
        await put_policies(connection, policies.read(policies.sample(), engine.definitions), title="sample")


def patient(name: str, *, reliability: Reliability = _QUALIFIED) -> Resource:
    """A patient of the cast, with a test identity that is qualified unless something else is told of it."""
    family, day, gender, place = {
        "ana": ("Durand", "1961-03-14", "female", "62123"),
        "bob": ("Petit", "1984-11-02", "male", "75123"),
    }[name]
    made: Resource = {
        "resourceType": "Patient",
        "id": name,
        "identifier": [Matricule.of(INS[name], "nir-test").identifier()],
    }
    known = with_traits(made, StrictTraits(family, name.title(), day, gender, place))
    return with_reliability(known, reliability)


def _cast() -> list[Resource]:
    people = [patient(name) for name in INS]
    people.append({"resourceType": "Organization", "id": "cabinet", "active": True, "name": "Cabinet des Tilleuls"})
    for name, profession in _PROFESSIONS.items():
        people += _professional(name, profession)
    people.append(
        {
            "resourceType": "CareTeam",
            "id": "care-of-ana",
            "status": "active",
            "subject": {"reference": "Patient/ana"},
            "participant": [{"member": {"reference": f"PractitionerRole/{name}-role"}} for name in ("doc", "nurse")],
        }
    )
    return people


def _professional(name: str, profession: str) -> list[Resource]:
    return [
        {
            "resourceType": "Practitioner",
            "id": name,
            "active": True,
            "name": [{"family": "Martin", "given": [name.title()]}],
        },
        {
            "resourceType": "PractitionerRole",
            "id": f"{name}-role",
            "active": True,
            "practitioner": {"reference": f"Practitioner/{name}"},
            "organization": {"reference": "Organization/cabinet"},
            "code": [{"coding": [{"system": _G15, "code": profession}]}],
        },
    ]
