"""Other providers that may vouch for people (OpenID Connect): Pro Santé Connect, or any that keeps to the standard."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider, as its own documents describe it.

    `discovery_url` is for those whose document is not at the standard place, as Pro Santé Connect's. `acr_values` are asked for,
    and the answer must carry one of them. `claims` tells how people are recognised: by (issuer, subject), or, for Pro Santé
    Connect, by the national number of the professional too. `label` stands on the button.
    """

    id: str
    label: str
    issuer: str
    client_id: str
    client_secret: str
    discovery_url: str = ""
    scopes: str = "openid"
    acr_values: tuple[str, ...] = ()
    claims: Literal["standard", "pro-sante-connect"] = "standard"

    @property
    def document_url(self) -> str:
        """Where the provider describes itself (OpenID Connect Discovery 1.0, 4)."""
        return self.discovery_url or f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"


def read_providers(file: Path) -> dict[str, Provider]:
    """Providers by id, from a TOML file with a table each; none when there is no such file.

    Raises ValueError that names the file and what is wrong in it: an unknown or missing name, a value of another type.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error
    return {id_: _provider(file, id_, table) for id_, table in found.items()}


def _provider(file: Path, id_: str, table: Any) -> Provider:
    known = {one.name for one in fields(Provider)} - {"id"}
    if not isinstance(table, dict) or not table.keys() <= known:
        raise ValueError(f"{file}: [{id_}] may have {', '.join(sorted(known))}")
    values: dict[str, Any] = {**table, "acr_values": tuple(table.get("acr_values", ()))}
    if not all(isinstance(value, (str, tuple)) for value in values.values()):
        raise ValueError(f"{file}: [{id_}] has a value that is no text")
    if values.get("claims", "standard") not in ("standard", "pro-sante-connect"):
        raise ValueError(f"{file}: [{id_}] claims is “standard” or “pro-sante-connect”")
    try:
        return Provider(id=id_, **values)
    except TypeError as error:
        raise ValueError(f"{file}: [{id_}] needs label, issuer, client_id and client_secret") from error
