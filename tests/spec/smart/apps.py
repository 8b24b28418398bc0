"""Applications as their developers write them: a redirect address, PKCE, and a way to prove who they are."""

from __future__ import annotations

import base64
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from tests.spec.signin.place import FHIR, SITE, Browser, Place

from seve.engine.identity.applications.authentication import ASSERTION_TYPE
from seve.engine.identity.tokens import challenge_of, digest, new_token
from seve.store.identity import accounts, applications
from seve.store.identity.applications import Client

BACK = "https://app.example/back"
SCOPES = "openid fhirUser offline_access online_access launch launch/patient patient/*.cruds user/*.cruds"


@dataclass(slots=True)
class App:
    """One application in the hands of a person's browser."""

    place: Place
    id: str = "carnet"
    secret: str = ""
    key: ECKey | RSAKey | None = None
    algorithm: str = "ES384"
    redirect_uri: str = BACK
    verifier: str = field(default_factory=new_token)

    async def request(self, browser: Browser, scope: str, /, **changes: str) -> httpx.Response:
        """Sends the browser to the authorization endpoint; a parameter changed to "" is left out."""
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": self.redirect_uri,
            "scope": scope,
            "state": "état-98",
            "aud": FHIR,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            **changes,
        }
        return await browser.get("/oauth/authorize", **{name: value for name, value in asked.items() if value})

    async def granted(self, browser: Browser, scope: str, /, **fields: str | list[str]) -> dict[str, str]:
        """Asks, and the person allows everything; gives the parameters of the redirect."""
        changes = {name: str(fields.pop(name)) for name in ("launch", "nonce") if name in fields}
        await self.request(browser, scope, **changes)
        offered = _checked(browser.page)
        form: dict[str, Any] = {"decision": "grant", "days": "30", "scope": offered, **fields}
        await browser.post("/signin/consent", request=browser.hidden("request"), **form)
        return dict(parse_qsl(urlsplit(browser.onward).query))

    async def exchange(self, code: str, **changes: str) -> httpx.Response:
        return await self.token(
            grant_type="authorization_code",
            **{"code": code, "redirect_uri": self.redirect_uri, "code_verifier": self.verifier, **changes},
        )

    async def tokens(self, browser: Browser, scope: str, /, **fields: str | list[str]) -> dict[str, Any]:
        answer = await self.exchange((await self.granted(browser, scope, **fields))["code"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refresh(self, token: str, **more: str) -> httpx.Response:
        return await self.token(grant_type="refresh_token", refresh_token=token, **more)

    async def token(self, **form: str) -> httpx.Response:
        return await self.post("/oauth/token", **form)

    async def post(self, path: str, **form: str) -> httpx.Response:
        headers, proof = {}, {"client_id": self.id}
        if self.secret:
            headers["authorization"] = "Basic " + base64.b64encode(f"{self.id}:{self.secret}".encode()).decode()
            proof = {}
        if self.key is not None:
            proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion()}
        sent = {name: value for name, value in {**proof, **form}.items() if value}
        async with self.place.browser().client as client:
            return await client.post(path, data=sent, headers=headers)

    def assertion(self, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
        assert self.key is not None
        now = int(time.time())
        claims = {
            "iss": self.id,
            "sub": self.id,
            "aud": f"{SITE}/oauth/token",
            "exp": now + 200,
            "jti": str(uuid.uuid4()),
            **changes,
        }
        header = {"alg": self.algorithm, "kid": self.key.kid, "typ": "JWT", **(header or {})}
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({k: v for k, v in header.items() if v is not None}, kept, self.key, [header["alg"]])


def _checked(page: str) -> list[str]:
    import re
    from html import unescape

    return [unescape(value) for value in re.findall(r'name="scope" value="([^"]*)" checked', page)]


async def app(place: Place, id_: str = "carnet", **changes: Any) -> App:
    """An approved application for people: public unless a `secret` or `key` is given."""
    secret, key = changes.pop("secret", ""), changes.pop("key", None)
    method = "client_secret_basic" if secret else "private_key_jwt" if key else "none"
    made: dict[str, Any] = {
        "id": id_,
        "name": f"Application {id_}",
        "state": "approved",
        "method": method,
        "grant_types": ("authorization_code", "refresh_token"),
        "redirect_uris": (BACK,),
        "scopes": SCOPES,
        "purpose": "",
        "owner": "Éditeur d'essai",
        "secret": digest(secret) if secret else b"",
        "jwks": {"keys": [key.as_dict(private=False)]} if key else None,
        **changes,
    }
    await applications.add_client(place.database.pool, Client(**made))
    return App(place, id_, secret, key)


async def machine(place: Place, id_: str = "entrepot", **changes: Any) -> App:
    """An approved backend service with an ES384 key, unless another one is given."""
    key = changes.pop("key", None) or ECKey.generate_key("P-384", auto_kid=True)
    await accounts.add(place.database.pool, f"client-{id_}", name=id_)
    algorithm = "RS384" if isinstance(key, RSAKey) else "ES384"
    made = await app(
        place,
        id_,
        key=key,
        **{
            "grant_types": ("client_credentials",),
            "redirect_uris": (),
            "scopes": "system/*.cruds",
            "account": f"client-{id_}",
            "role": f"Device/{id_}",
            **changes,
        },
    )
    made.algorithm = algorithm
    return made
