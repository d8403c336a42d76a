"""What the provider can do: OpenID Connect Discovery 1.0 section 3 and RFC 8414 section 2."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from clavis_kit.loa import ACR_VALUES
from fastapi import APIRouter, HTTPException
from starlette.responses import JSONResponse, Response

from clavis_gateway.deps import DepsDep
from clavis_gateway.oidc.authorization_details import TYPES
from clavis_gateway.oidc.metadata import (
    ASSERTION_ALGS,
    AUTH_METHODS,
    CLAIMS_SUPPORTED,
    DISPLAYS,
    DPOP_ALGS,
    ENCRYPTION_ALGS,
    ENCRYPTION_ENCS,
    GRANT_TYPES,
    JWKS_CACHE_SECONDS,
    MTLS_ENDPOINTS,
    PROMPTS,
    RESPONSE_MODES,
    SCOPES,
    SIGNING_ALGS,
)
from clavis_gateway.rules.client_certificates import TLS_METHODS

router = APIRouter()
LOCALES = ("es", "en")
# Names and addresses are as the registers hold them.
CLAIMS_LOCALES = ("es",)
_CACHEABLE = {
    "Cache-Control": f"public, max-age={JWKS_CACHE_SECONDS}",
    "Access-Control-Allow-Origin": "*",
}


def document(issuer: str) -> dict[str, Any]:
    """Compose the metadata of the issuer."""
    confidential = [method for method in AUTH_METHODS if method != "none"]
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "pushed_authorization_request_endpoint": f"{issuer}/par",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "introspection_endpoint": f"{issuer}/introspect",
        "revocation_endpoint": f"{issuer}/revoke",
        "end_session_endpoint": f"{issuer}/logout",
        "registration_endpoint": f"{issuer}/connect/register",
        "jwks_uri": f"{issuer}/jwks",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": list(GRANT_TYPES),
        "subject_types_supported": ["pairwise", "public"],
        "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGS),
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGS),
        "revocation_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGS),
        "dpop_signing_alg_values_supported": list(DPOP_ALGS),
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": list(PROMPTS),
        "display_values_supported": list(DISPLAYS),
        "acr_values_supported": list(ACR_VALUES),
        "claim_types_supported": ["normal"],
        "claims_supported": list(CLAIMS_SUPPORTED),
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": False,
        "require_signed_request_object": False,
        "request_object_signing_alg_values_supported": list(ASSERTION_ALGS),
        "require_pushed_authorization_requests": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "ui_locales_supported": list(LOCALES),
        "claims_locales_supported": list(CLAIMS_LOCALES),
        "authorization_details_types_supported": list(TYPES),
        **_answers(),
    }


# OpenID Connect Discovery 1.0 section 3, JARM section 4 and RFC 9701 section 7.
def _answers() -> dict[str, Any]:
    supported: dict[str, Any] = {}
    for answer in ("id_token", "userinfo", "introspection", "authorization"):
        supported[f"{answer}_signing_alg_values_supported"] = list(SIGNING_ALGS)
        supported[f"{answer}_encryption_alg_values_supported"] = list(ENCRYPTION_ALGS)
        supported[f"{answer}_encryption_enc_values_supported"] = list(ENCRYPTION_ENCS)
    return supported


# RFC 8705 sections 3.3 and 5: what needs the certificate host is offered where there is one.
def published(issuer: str, certificate_url: str | None) -> dict[str, Any]:
    """Compose the metadata as this deployment serves it."""
    metadata = document(issuer)
    if certificate_url is not None:
        aliases = {name: certificate_url + path for name, path in MTLS_ENDPOINTS.items()}
        bound = {"tls_client_certificate_bound_access_tokens": True}
        return metadata | bound | {"mtls_endpoint_aliases": aliases}
    for endpoint in ("token", "introspection", "revocation"):
        methods = metadata[f"{endpoint}_endpoint_auth_methods_supported"]
        metadata[f"{endpoint}_endpoint_auth_methods_supported"] = [
            method for method in methods if method not in TLS_METHODS
        ]
    return metadata


@router.get("/.well-known/openid-configuration")
@router.get("/.well-known/oauth-authorization-server")
async def discovery(deps: DepsDep) -> Response:
    """Serve the metadata; it may be cached and read from any origin."""
    settings = deps.settings
    return _public(_spelled(settings.issuer, settings.certificate_url))


# The same for as long as the process lives.
@cache
def _spelled(issuer: str, certificate_url: str | None) -> bytes:
    return bytes(JSONResponse(published(issuer, certificate_url)).body)


def _public(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers=_CACHEABLE)


# RFC 8414 section 3.1: the well-known string stands between the host and the path of the issuer.
@router.get("/.well-known/oauth-authorization-server/{path:path}")
async def discovery_by_path(path: str, deps: DepsDep) -> Response:
    """Serve the metadata of an issuer that has a path, and of no other."""
    if not path or f"/{path}" != urlsplit(deps.settings.issuer).path:
        raise HTTPException(404)
    return await discovery(deps)


@router.get("/jwks")
async def jwks(deps: DepsDep) -> Response:
    """Serve the public keys, the next ones included (RFC 7517)."""
    return _public(deps.keys.published)


@router.get("/internal/jwks.json", include_in_schema=False)
async def service_jwks(deps: DepsDep) -> JSONResponse:
    """Serve the key that signs our calls to other services."""
    return JSONResponse(deps.service_tokens.jwks)
