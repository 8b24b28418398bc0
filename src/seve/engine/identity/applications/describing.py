"""What clients read first: SMART configuration (SMART App Launch 2.2, “Conformance”), OAuth and OpenID metadata (RFC 8414)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seve.engine.identity.applications.authentication import ALGORITHMS
from seve.engine.identity.applications.registry import GRANT_TYPES, METHODS
from seve.engine.identity.keys import ALGORITHM

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

CAPABILITIES = (
    "launch-ehr",
    "launch-standalone",
    "authorize-post",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-banner",
    "context-ehr-patient",
    "context-standalone-patient",
    "permission-offline",
    "permission-online",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
)
_SCOPES = (
    "openid",
    "fhirUser",
    "launch",
    "launch/patient",
    "offline_access",
    "online_access",
    "patient/*.cruds",
    "user/*.cruds",
    "system/*.cruds",
)


def metadata(identity: Identity) -> dict[str, Any]:
    """RFC 8414 and OpenID Connect Discovery 1.0: one document serves both."""
    oauth = f"{identity.issuer}/oauth"
    return {
        "issuer": identity.issuer,
        "authorization_endpoint": f"{oauth}/authorize",
        "token_endpoint": f"{oauth}/token",
        "introspection_endpoint": f"{oauth}/introspect",
        "revocation_endpoint": f"{oauth}/revoke",
        "registration_endpoint": f"{oauth}/register",
        "management_endpoint": f"{identity.issuer}/security",
        "jwks_uri": f"{oauth}/jwks",
        "scopes_supported": list(_SCOPES),
        "response_types_supported": ["code"],
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": list(METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "authorization_response_iss_parameter_supported": True,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
    }


def smart_configuration(identity: Identity) -> dict[str, Any]:
    """`[FHIR base]/.well-known/smart-configuration`."""
    return {**metadata(identity), "capabilities": list(CAPABILITIES)}
