"""A place to sign in: identities on an empty store, its pages and its authorization server, and a record to stand for."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from seve.engine.identity.policy import Policy
from seve.engine.identity.service import Identity, open_identity
from seve.fhir.search.keys import param_key, value_key
from seve.rest.oauth.app import oauth
from seve.store.audit.acts import Act, act_of
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.database import Database
from seve.store.identity import accounts
from seve.testing.plugin import empty
from seve.web.security import SecurityHeaders
from seve.web.signin import signin_routes

SITE = "http://sante.example"
FHIR = f"{SITE}/fhir"
G15 = "https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante"


def application(identity: Identity) -> Starlette:
    return Starlette(
        routes=[*signin_routes(identity), Mount("/", app=oauth(identity))], middleware=[Middleware(SecurityHeaders)]
    )


@dataclass(slots=True)
class Browser:
    """Forms and links as a person uses them: cookies kept, Origin sent, hidden fields filled in."""

    client: httpx.AsyncClient
    page: str = ""
    answer: httpx.Response = field(default_factory=lambda: httpx.Response(200))

    async def get(self, path: str, **parameters: str) -> httpx.Response:
        return await self._follow(await self.client.get(path, params=parameters or None))

    async def post(self, path: str, **fields: str | list[str]) -> httpx.Response:
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', self.page)
        form = {**({"csrf": csrf[1]} if csrf else {}), **fields}
        return await self._follow(await self.client.post(path, data=form, headers={"origin": SITE}))

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found, f"no field {name} in the page"
        return unescape(found[1])

    @property
    def onward(self) -> str:
        found = re.search(r'id="onward" href="([^"]*)"', self.page)
        assert found, self.page
        return unescape(found[1])

    @property
    def cookie(self) -> str:
        return self.client.cookies.get("seve") or ""

    async def _follow(self, answer: httpx.Response) -> httpx.Response:
        while answer.is_redirect and answer.headers["location"].startswith(("/", SITE)):
            answer = await self.client.get(answer.headers["location"])
        self.answer, self.page = answer, answer.text
        return answer


@dataclass(frozen=True, slots=True)
class Place:
    identity: Identity
    database: Database

    def browser(self) -> Browser:
        transport = httpx.ASGITransport(app=application(self.identity))
        return Browser(httpx.AsyncClient(transport=transport, base_url=SITE, headers={"accept-language": "fr"}))

    async def put(self, resource: dict[str, Any]) -> str:
        """Writes a resource as the record store keeps it, with the index rows that sign-in reads."""
        reference = f"{resource['resourceType']}/{resource['id']}"
        vid, pool = self.database.clock.next(), self.database.pool
        await pool.execute(
            "UPDATE version SET ended = pg_current_xact_id() WHERE ref = $1 AND ended IS NULL", value_key(reference)
        )
        await pool.execute(
            "INSERT INTO version (vid, ref, version, patient, type, id, method, body, present, author, veil, kind) "
            "SELECT $1, $2, count(*) + 1, 0, $3, $4, 'PUT', $5, '{}', 0, 0, 0 FROM version WHERE ref = $2",
            vid,
            value_key(reference),
            resource["resourceType"],
            resource["id"],
            json.dumps(resource),
        )
        if practitioner := resource.get("practitioner"):
            parameter = param_key("PractitionerRole", "practitioner")
            target = value_key(practitioner["reference"])
            await pool.execute("INSERT INTO link VALUES ($1, $2, $3, 0)", parameter, target, vid)
        for identifier in resource.get("identifier", ()):
            key = param_key(resource["resourceType"], "identifier")
            form = value_key(f"{identifier['system']}|{identifier['value']}")
            await pool.execute("INSERT INTO posting VALUES ($1, $2, 0)", key ^ form, vid)
        return reference

    async def professional(self, name: str, *, profession: str = "10", places: tuple[str, ...] = ("cabinet",)) -> str:
        """An account with a Practitioner and one active role a place; its id is its login."""
        await self.put({"resourceType": "Practitioner", "id": name, "active": True, "name": [{"family": name}]})
        for place in places:
            await self.put({"resourceType": "Organization", "id": place, "name": f"Structure {place}"})
            await self.put(role(name, place, profession))
        await accounts.add(self.database.pool, name, name=f"Dr {name}", login=name)
        await accounts.link(self.database.pool, name, f"Practitioner/{name}")
        return name

    async def patient(self, name: str) -> str:
        await self.put({"resourceType": "Patient", "id": name, "name": [{"family": name}]})
        await accounts.add(self.database.pool, name, name=name, login=name)
        await accounts.link(self.database.pool, name, f"Patient/{name}")
        return name

    async def trail(self) -> list[Act]:
        """The acts of the audit trail, in order."""
        rows = await self.database.pool.fetch("SELECT content FROM audit ORDER BY vid")
        return [act_of(row["content"]) for row in rows]

    async def officer(self, name: str = "delegue") -> str:
        await accounts.add(self.database.pool, name, name=name, login=name, is_officer=True)
        return name

    async def cookie(self, account: str, *, chosen: str = "", seconds: int = 0) -> str:
        """A web session of an account, without going through the pages."""
        from seve.engine.identity.activities import activities_of
        from seve.engine.identity.sessions import Proof, open_session

        found = await accounts.by_id(self.database.pool, account)
        assert found is not None
        activities = await activities_of(self.database.pool, found)
        activity = next(a for a in activities if not chosen or a.key == chosen)
        return await open_session(self.identity, Proof(account, ("swk",), seconds), activity, device="Essai")

    async def signed_in(self, account: str, **options: Any) -> Browser:
        browser = self.browser()
        browser.client.cookies.set("seve", await self.cookie(account, **options))
        return browser


def role(name: str, place: str, profession: str = "10", *, active: bool = True) -> dict[str, Any]:
    return {
        "resourceType": "PractitionerRole",
        "id": f"{name}-{place}",
        "active": active,
        "practitioner": {"reference": f"Practitioner/{name}"},
        "organization": {"reference": f"Organization/{place}"},
        "code": [{"coding": [{"system": G15, "code": profession, "display": "Médecin"}], "text": "Médecin"}],
    }


@pytest_asyncio.fixture(loop_scope="session")
async def place(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    await empty(database)
    await database.pool.execute("DELETE FROM setting WHERE name = 'demo'")
    folder = keys(tmp_path_factory)
    ledger = Ledger(database, Keyring.open(folder / "audit"))
    async with open_identity(database, ledger=ledger, fhir_url=FHIR, keys=folder, policy=Policy()) as identity:
        while not identity.listener.hears:
            import asyncio

            await asyncio.sleep(0.005)
        yield Place(identity, database)


def keys(factory: pytest.TempPathFactory) -> Path:
    """One directory a run: making a key takes its time."""
    folder = factory.getbasetemp() / "identity-keys"
    folder.mkdir(exist_ok=True)
    return folder
