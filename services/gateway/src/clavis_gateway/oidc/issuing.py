"""From an identified person to the answer of an authorization request: grant and code."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from clavis_kit.db import Connection
from clavis_kit.keyed_hash import sha256_hex

from clavis_gateway.deps import Deps
from clavis_gateway.errors import OAuthError
from clavis_gateway.interaction_values import ResponseTarget
from clavis_gateway.oidc import jarm
from clavis_gateway.oidc.checks.acr import stated_acr
from clavis_gateway.oidc.checks.claims import requested_claims
from clavis_gateway.oidc.subjects import sub_for
from clavis_gateway.records import AuthorizationRequest, Code, Grant, RelyingParty, Session
from clavis_gateway.rules.disclosure import personal
from clavis_gateway.store import issued
from clavis_gateway.store.issued import Entry


async def issue_code(
    deps: Deps,
    connection: Connection,
    client: RelyingParty,
    request: AuthorizationRequest,
    session: Session,
    *,
    anew: bool = True,
) -> str:
    """Keep a grant with its code and return the code. The transaction is the caller's.

    `anew`: the person acted for it; else a live session answers.
    """
    now = deps.clock.now()
    settings = deps.settings
    # What is not offline ends with the session at the latest.
    offline = "offline_access" in request.scope.split()
    lifetime = now + timedelta(seconds=settings.refresh_token_seconds)
    grant = Grant(
        grant_id=deps.new_id(),
        client_id=client.client_id,
        subject_id=session.subject_id,
        sub=sub_for(client, session.subject_id, deps.pairwise),
        session_id=session.session_id,
        scope=request.scope,
        claims=request.claims,
        acr=stated_acr(session.loa, client, request),
        method=session.method,
        amr=session.amr,
        auth_time=session.auth_time,
        nonce=request.nonce,
        created_at=now,
        expires_at=lifetime if offline else min(lifetime, session.expires_at),
        resources=request.resources,
        authorization_details=request.authorization_details,
        claims_locales=request.claims_locales,
    )
    secret = deps.new_secret()
    code = Code(
        code_hash=sha256_hex(secret),
        grant_id=grant.grant_id,
        redirect_uri=request.redirect_uri,
        code_challenge=request.code_challenge,
        dpop_jkt=request.dpop_jkt,
        expires_at=now + timedelta(seconds=settings.code_seconds),
        consumed_at=None,
    )
    entry = Entry(session.loa, personal(requested_claims(request)), anew)
    await issued.add(connection, grant, code, entry)
    return secret


async def success(
    deps: Deps,
    client: RelyingParty,
    request: AuthorizationRequest,
    code: str,
    cookie: str | None = None,
) -> ResponseTarget:
    """Compose a successful authorization response (RFC 6749 section 4.1.2). Raises Overloaded."""
    return await _target(deps, client, request, {"code": code}, cookie)


async def failure(
    deps: Deps, client: RelyingParty, request: AuthorizationRequest, error: OAuthError
) -> ResponseTarget:
    """Compose an authorization error response (RFC 6749 section 4.1.2.1). Raises Overloaded."""
    params = {"error": error.code, "error_description": error.description}
    return await _target(deps, client, request, params, None)


async def _target(
    deps: Deps,
    client: RelyingParty,
    request: AuthorizationRequest,
    params: dict[str, str],
    cookie: str | None,
) -> ResponseTarget:
    if request.state is not None:
        params["state"] = request.state
    # RFC 9207 section 2: who answers, against mix-up. Section 2.4: a JWT says so by itself.
    params["iss"] = deps.settings.issuer
    failed = params.get("error")
    if request.response_mode.endswith(".jwt"):
        params = {"response": await jarm.response(deps, client, params)}
    if request.response_mode.startswith("form_post"):
        return ResponseTarget(
            request.redirect_uri, "form_post", params, client.names, cookie, failed
        )
    url = add_query(request.redirect_uri, params)
    return ResponseTarget(url, "query", params, client.names, cookie, failed)


# RFC 6749 section 3.1.2: a query component of the registered URI is retained.
def add_query(url: str, params: dict[str, str]) -> str:
    """Append parameters to a URL."""
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, urlencode(params)]))
    return urlunsplit(parts._replace(query=query))
