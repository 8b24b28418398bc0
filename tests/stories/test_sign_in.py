"""People sign in, choose an activity, look after their security and let an application in, in a real browser."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from playwright.sync_api import Browser, Page, expect
from pyotp.totp import TOTP
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from tests.spec.signin.place import Place
from tests.spec.smart.apps import app as application_of

from seve.engine.identity import personas
from seve.engine.identity.service import open_identity
from seve.engine.identity.tokens import challenge_of
from seve.rest.oauth.app import oauth
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.database import Database
from seve.store.migrate import prepare
from seve.testing.serving import free_port
from seve.web.assets import static_route
from seve.web.security import SecurityHeaders
from seve.web.signin import signin_routes

DEMO = (
    {"resourceType": "Organization", "id": "demo-msp", "name": "Maison de santé des Tilleuls"},
    {"resourceType": "Organization", "id": "demo-hopital", "name": "Hôpital Sainte-Claire"},
    {"resourceType": "Practitioner", "id": "demo-dr-karim", "active": True, "name": [{"family": "Karim"}]},
    {"resourceType": "Patient", "id": "demo-jeanne", "name": [{"text": "Jeanne Moreau-Lefèvre"}]},
    *(
        {
            "resourceType": "PractitionerRole",
            "id": f"demo-dr-karim-{name}",
            "active": True,
            "practitioner": {"reference": "Practitioner/demo-dr-karim"},
            "organization": {"reference": f"Organization/{place}"},
            "code": [{"text": title}],
        }
        for name, place, title in (
            ("liberal", "demo-msp", "Médecin généraliste"),
            ("hopital", "demo-hopital", "Médecin aux urgences"),
        )
    ),
)


@dataclass(slots=True)
class Site:
    """Sève's sign-in on a port of its own, in a thread."""

    url: str
    postgres: str
    keys: Path
    ready: threading.Event = field(default_factory=threading.Event)
    loop: asyncio.AbstractEventLoop | None = None
    server: Server | None = None
    place: Place | None = None

    def serve(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        await prepare(self.postgres)
        async with self._place() as place:
            for resource in DEMO:
                await place.put(dict(resource))
            await personas.mark(place.database)
            await personas.seed(place.identity)
            await place.patient("zoe")
            await application_of(place, redirect_uris=(f"{self.url}/back",))
            routes = [
                *signin_routes(place.identity),
                static_route(),
                Route("/", lambda _: PlainTextResponse("accueil")),
                Route("/back", lambda _: PlainTextResponse("application")),
                Mount("/", oauth(place.identity)),
            ]
            app = Starlette(routes=routes, middleware=[Middleware(SecurityHeaders)])
            port = int(self.url.rpartition(":")[2])
            self.server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, log_enabled=False)
            running = asyncio.create_task(self.server.serve())
            self.place = place
            self.ready.set()
            await running

    @asynccontextmanager
    async def _place(self) -> Any:
        database = await Database.open(self.postgres)
        try:
            ledger = Ledger(database, Keyring.open(self.keys / "audit"))
            async with open_identity(database, ledger=ledger, fhir_url=f"{self.url}/fhir", keys=self.keys) as identity:
                yield Place(identity, database)
        finally:
            await database.close()

    def run(self, work: Any) -> Any:
        """Runs a coroutine where the server runs."""
        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=20)


@pytest.fixture(scope="module")
def site(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = f"{postgres_url.replace('/seve_', '/seve_story_', 1)}"
    opened = Site(f"http://localhost:{free_port()}", url, tmp_path_factory.mktemp("keys"))
    thread = threading.Thread(target=opened.serve, daemon=True)
    thread.start()
    assert opened.ready.wait(30)
    yield opened
    assert opened.server is not None
    opened.server.stop()
    thread.join(timeout=10)


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["desktop", "phone"])
def visitor(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="fr-FR", base_url=site.url, reduced_motion="reduce"
    )
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield opened
    context.close()
    assert problems == []


def enter(visitor: Page, site: Site, account: str) -> None:
    """Puts a session into the browser."""
    assert site.place is not None
    cookie = site.run(site.place.cookie(account))
    visitor.context.add_cookies([{"name": "seve", "value": cookie, "url": site.url}])


def persona(visitor: Page, name: str, *, onward: str = "/security") -> None:
    visitor.goto(f"/signin?next={onward}")
    visitor.get_by_role("button", name=name).click()


def consent(site: Site) -> str:
    asked = {
        "response_type": "code",
        "client_id": "carnet",
        "redirect_uri": f"{site.url}/back",
        "scope": "openid fhirUser launch/patient patient/Observation.rs patient/Condition.rs offline_access",
        "state": "s",
        "aud": f"{site.url}/fhir",
        "code_challenge": challenge_of("v" * 43),
        "code_challenge_method": "S256",
    }
    return f"/oauth/authorize?{urlencode(asked)}"


def check(visitor: Page, axe: str) -> None:
    overflow = visitor.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{visitor.url} is wider than its screen by {overflow} px"
    visitor.evaluate(axe)
    found: dict[str, Any] = visitor.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []


def test_a_physician_enters_with_one_click_and_chooses_where_they_work(visitor: Page) -> None:
    persona(visitor, "Dr Yasmine Karim")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("À quel titre ?")
    visitor.get_by_role("button", name="Médecin aux urgences").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Ma sécurité")
    expect(visitor.get_by_text("PractitionerRole/demo-dr-karim-hopital")).to_be_visible()
    visitor.get_by_role("link", name="Changer d'activité").click()
    visitor.get_by_role("button", name="Médecin généraliste").click()
    visitor.goto("/security")
    expect(visitor.get_by_text("PractitionerRole/demo-dr-karim-liberal")).to_be_visible()
    visitor.get_by_role("button", name="Se déconnecter", exact=True).click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Se connecter")


def test_a_passkey_is_added_and_opens_the_account_without_a_name(visitor: Page, site: Site) -> None:
    devtools = visitor.context.new_cdp_session(visitor)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    enter(visitor, site, "zoe")
    visitor.goto("/security")
    form = visitor.locator("form[data-ceremony]")
    label = f"Clé {visitor.viewport_size}"
    form.get_by_label("Nom, pour la reconnaître").fill(label)
    form.get_by_role("button", name="Ajouter une clé d'accès").click()
    expect(visitor.get_by_text(label)).to_be_visible()
    visitor.get_by_role("button", name="Se déconnecter", exact=True).click()
    visitor.goto("/signin?next=/security")
    visitor.get_by_role("button", name="Utiliser ma clé d'accès").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Ma sécurité")


def test_a_generator_then_a_password_then_both_open_the_account(visitor: Page, site: Site) -> None:
    assert site.place is not None
    name = f"anne{visitor.viewport_size['width']}" if visitor.viewport_size else "anne"
    site.run(site.place.patient(name))
    enter(visitor, site, name)
    visitor.goto("/security")
    visitor.get_by_role("button", name="Installer un générateur").click()
    key = visitor.locator("code").inner_text()
    visitor.get_by_label("Code", exact=True).fill(TOTP(key).now())
    visitor.get_by_role("button", name="Installer").click()
    visitor.get_by_label("Nouveau mot de passe, 12 caractères au moins").fill("correct cheval pile agrafe")
    visitor.get_by_role("button", name="Choisir ce mot de passe").click()
    expect(visitor.get_by_text("Mot de passe changé")).to_be_visible()
    site.run(site.place.database.pool.execute("UPDATE credential SET counter = counter - 5 WHERE kind = 'totp'"))
    visitor.get_by_role("button", name="Se déconnecter", exact=True).click()
    visitor.goto("/signin?next=/security")
    visitor.get_by_label("Nom d'utilisateur").fill(name)
    visitor.get_by_label("Mot de passe", exact=True).fill("correct cheval pile agrafe")
    visitor.keyboard.press("Enter")
    visitor.get_by_label("Code", exact=True).fill(TOTP(key).now())
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Ma sécurité")


def test_an_application_is_let_in_for_part_of_what_it_asks_and_put_out_again(visitor: Page, site: Site) -> None:
    persona(visitor, "Jeanne Moreau-Lefèvre")
    visitor.goto(consent(site))
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Application carnet demande un accès")
    visitor.get_by_label("Consulter les problèmes de santé du dossier concerné").uncheck()
    visitor.get_by_role("button", name="Autoriser").click()
    visitor.wait_for_url("**/back?code=*")
    visitor.goto("/security")
    expect(visitor.get_by_text("Consulter les mesures et résultats du dossier concerné")).to_be_visible()
    expect(visitor.get_by_text("les problèmes de santé")).to_have_count(0)
    visitor.get_by_role("button", name="Retirer l'accès").click()
    expect(visitor.get_by_text("Aucune application n'a d'accès.")).to_be_visible()


def test_without_javascript_the_forms_still_work(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", base_url=site.url)
    visitor = context.new_page()
    persona(visitor, "Jeanne Moreau-Lefèvre")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Ma sécurité")
    visitor.goto(consent(site))
    visitor.get_by_role("button", name="Refuser").click()
    visitor.wait_for_url("**/back?error=access_denied*")
    context.close()


def test_every_page_is_accessible_and_fits_its_screen(visitor: Page, site: Site, axe: str) -> None:
    for path in ("/signin", "/signin/recover", "/signin?again=1"):
        visitor.goto(path)
        check(visitor, axe)
    visitor.get_by_label("Nom d'utilisateur").fill("personne")
    visitor.get_by_label("Mot de passe", exact=True).fill("inconnu au bataillon")
    visitor.get_by_role("button", name="Continuer").click()
    check(visitor, axe)
    persona(visitor, "Dr Yasmine Karim")
    check(visitor, axe)
    visitor.get_by_role("button", name="Médecin généraliste").click()
    check(visitor, axe)
    visitor.goto(consent(site))
    check(visitor, axe)
    enter(visitor, site, "zoe")
    visitor.goto("/security")
    check(visitor, axe)
    visitor.get_by_role("button", name="Installer un générateur").click()
    check(visitor, axe)
    visitor.goto("/security")
    visitor.get_by_role("button", name="Créer de nouveaux codes").click()
    check(visitor, axe)
    persona(visitor, "Marc Petit", onward="/desk/accounts")
    check(visitor, axe)
    visitor.get_by_label("Nom d'utilisateur", exact=True).fill("zoe")
    visitor.get_by_role("button", name="Remettre un code").click()
    check(visitor, axe)
