"""A simulated Pro Santé Connect: the claims layout of its userinfo, a discovery document at a place of its own, real HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from seve.engine.identity.providers import Provider

SUBJECT = "f:550dc1c8:ANS-essai"
RPPS = "10003456784"


@dataclass(slots=True)
class Issuer:
    """What it signs and says can be changed to anything."""

    url: str = ""
    keys: list[RSAKey | ECKey] = field(default_factory=lambda: [RSAKey.generate_key(2048, auto_kid=True)])
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    document: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def provider(self, **changes: Any) -> Provider:
        return Provider(
            **{
                "id": "psc",
                "label": "Pro Santé Connect (simulé)",
                "issuer": f"{self.url}/realms/esante-wallet",
                "client_id": "seve",
                "client_secret": "s3cret",
                "discovery_url": f"{self.url}/auth/realms/wallet/.well-known/wallet-openid-configuration",
                "scopes": "openid scope_all",
                "acr_values": ("eidas1",),
                "claims": "pro-sante-connect",
                **changes,
            }
        )

    def answer(self, path: str, form: dict[str, str]) -> Any:
        self.asked.append((path, form))
        if path.endswith("wallet-openid-configuration"):
            return {
                "issuer": f"{self.url}/realms/esante-wallet",
                "authorization_endpoint": f"{self.url}/auth",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/certs",
                **self.document,
            }
        if path == "/certs":
            return KeySet(list(self.keys)).as_dict(private=False)
        if path == "/userinfo":
            return {
                "sub": SUBJECT,
                "SubjectNameID": f"8{RPPS}",
                "preferred_username": f"8{RPPS}",
                "family_name": "Petit",
                "given_name": "Paul",
                "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
                "Secteur_Activite": "SA07^1.2.250.1.71.4.2.4",
                "SubjectRefPro": {"exercices": [{"codeProfession": "10", "activities": []}]},
                **self.userinfo,
            }
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self.token or self.signed()}

    def signed(self) -> str:
        now = int(time.time())
        claims = {
            "iss": f"{self.url}/realms/esante-wallet",
            "aud": "seve",
            "sub": SUBJECT,
            "iat": now,
            "exp": now + 120,
            "nonce": self.nonce,
            "acr": "eidas1",
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.keys[-1].kid, **self.header}
        return jwt.encode({k: v for k, v in header.items() if v is not None}, kept, self.keys[-1], [self.algorithm])


@contextmanager
def issuing() -> Iterator[Issuer]:
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._give({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._give({**dict(parse_qsl(body)), "authorization": self.headers.get("authorization", "")})

        def _give(self, form: dict[str, str]) -> None:
            content = json.dumps(issuer.answer(self.path, form)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
