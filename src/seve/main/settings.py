"""Settings, from the environment. Each is documented in docs/reference/settings.md (a test compares)."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from seve.engine.ice import IceServers
from seve.engine.notifications.sms import USUAL_BODY
from seve.france.identity.trust import Environment
from seve.rest.shield.places import Network
from seve.store.embedded import Embedded

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")

_LEGAL_NOTICE_DAYS = 42
"""Six weeks between the notice and the automatic opening of a record."""
_WORKERS = min(os.cpu_count() or 1, 4)
"""A process for each core, as far as one machine's PostgreSQL serves them well."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are. `database_url` None means the PostgreSQL embedded in the data directory."""

    port: int = 8080
    data: Path = Path("data")
    database_url: str | None = None
    base_url: str | None = None
    workers: int = _WORKERS
    import_hosts: frozenset[str] = frozenset()
    hook_hosts: frozenset[str] = frozenset()
    smtp_url: str = ""
    mail_from: str = ""
    sms_url: str = ""
    sms_token: str = field(default="", repr=False)
    sms_body: str = USUAL_BODY
    seal_seconds: int = 5
    audit_days: int = 3_653
    trusted_proxies: tuple[Network, ...] = ()
    cors_origins: frozenset[str] = frozenset()
    session_requests_per_second: int = 500
    address_requests_per_second: int = 2_000
    opening_notice_days: int = 42
    ice: IceServers = field(default_factory=IceServers)
    identities: Environment = "production"

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """From `SEVE_…` variables. Raises ValueError that names the variable."""
        return cls(
            port=_number(environment, "SEVE_PORT", 8080),
            data=Path(environment.get("SEVE_DATA", "data")).expanduser().absolute(),
            database_url=environment.get("SEVE_DATABASE_URL"),
            base_url=environment.get("SEVE_BASE_URL"),
            workers=_number(environment, "SEVE_WORKERS", _WORKERS),
            import_hosts=frozenset(_listed(environment, "SEVE_IMPORT_HOSTS")),
            hook_hosts=frozenset(_listed(environment, "SEVE_HOOK_HOSTS")),
            smtp_url=environment.get("SEVE_SMTP_URL", ""),
            mail_from=environment.get("SEVE_MAIL_FROM", ""),
            sms_url=environment.get("SEVE_SMS_URL", ""),
            sms_token=environment.get("SEVE_SMS_TOKEN", ""),
            sms_body=environment.get("SEVE_SMS_BODY", USUAL_BODY),
            seal_seconds=_number(environment, "SEVE_SEAL_SECONDS", 5),
            audit_days=_number(environment, "SEVE_AUDIT_DAYS", 3_653),
            trusted_proxies=_networks(environment, "SEVE_TRUSTED_PROXIES"),
            cors_origins=_origins(environment, "SEVE_CORS_ORIGINS"),
            session_requests_per_second=_number(environment, "SEVE_SESSION_REQUESTS_PER_SECOND", 500),
            address_requests_per_second=_number(environment, "SEVE_ADDRESS_REQUESTS_PER_SECOND", 2_000),
            opening_notice_days=_days(environment, "SEVE_OPENING_NOTICE_DAYS", _LEGAL_NOTICE_DAYS),
            ice=_ice(environment, "SEVE_ICE_SERVERS", "SEVE_TURN_SECRET"),
            identities=_identities(environment, "SEVE_IDENTITIES"),
        )

    @property
    def embedded(self) -> Embedded | None:
        """The embedded server, unless another one is named."""
        return None if self.database_url else Embedded(self.data / "postgres")

    @property
    def keys(self) -> Path:
        """The directory of the secret keys: never in the database."""
        return self.data / "keys"

    @property
    def store_url(self) -> str:
        """Where the store is."""
        return self.database_url or Embedded(self.data / "postgres").url()

    @property
    def fhir_url(self) -> str:
        """The base of the FHIR API as clients see it."""
        return (self.base_url or f"http://localhost:{self.port}").rstrip("/") + "/fhir"


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise ValueError(f"{name} must be a whole number from 1 to 65535, not “{text}”")
    return int(text)


def _days(environment: Mapping[str, str], name: str, least: int) -> int:
    days = _number(environment, name, least)
    if days < least:
        raise ValueError(f"{name} is at least {least}, not {days}")
    return days


def _identities(environment: Mapping[str, str], name: str) -> Environment:
    match environment.get(name, "production"):
        case "production":
            return "production"
        case "test":
            return "test"
        case other:
            raise ValueError(f"{name} must be production or test, not “{other}”")


def _listed(environment: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in environment.get(name, "").split(",") if part.strip()]


def _networks(environment: Mapping[str, str], name: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part) for part in _listed(environment, name))
    except ValueError as error:
        raise ValueError(f"{name} lists addresses or networks, such as 10.0.0.0/8: {error}") from error


def _ice(environment: Mapping[str, str], name: str, secret: str) -> IceServers:
    try:
        return IceServers(tuple(_listed(environment, name)), environment.get(secret, ""))
    except ValueError as error:
        raise ValueError(f"{name}, {secret}: {error}") from error


def _origins(environment: Mapping[str, str], name: str) -> frozenset[str]:
    found = _listed(environment, name)
    for origin in found:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{name} lists origins, such as https://app.example, not “{origin}”")
    return frozenset(found)
