"""Settings, from the environment. Each is documented in docs/reference/settings.md (a test compares)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from seve.store.embedded import Embedded

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

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """From `SEVE_…` variables. Raises ValueError that names the variable."""
        return cls(
            port=_number(environment, "SEVE_PORT", 8080),
            data=Path(environment.get("SEVE_DATA", "data")).expanduser().absolute(),
            database_url=environment.get("SEVE_DATABASE_URL"),
            base_url=environment.get("SEVE_BASE_URL"),
            workers=_number(environment, "SEVE_WORKERS", _WORKERS),
            import_hosts=frozenset(filter(None, map(str.strip, environment.get("SEVE_IMPORT_HOSTS", "").split(",")))),
        )

    @property
    def embedded(self) -> Embedded | None:
        """The embedded server, unless another one is named."""
        return None if self.database_url else Embedded(self.data / "postgres")

    @property
    def store_url(self) -> str:
        """Where the store is."""
        return self.database_url or Embedded(self.data / "postgres").url()

    @property
    def fhir_url(self) -> str:
        """The base of the FHIR API as clients see it."""
        return (self.base_url or f"http://127.0.0.1:{self.port}").rstrip("/") + "/fhir"


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise ValueError(f"{name} must be a whole number from 1 to 65535, not “{text}”")
    return int(text)
