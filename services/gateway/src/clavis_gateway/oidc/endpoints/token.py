"""The token endpoint (RFC 6749 section 3.2): two round trips to the database, no more.

One query loads the case, Authlib judges it in memory, keys sign what was granted, and one statement
consumes the single-use things and keeps the tokens. Signing comes first: when it has to shed load,
the code is still good for another try.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clavis_kit.keyed_hash import sha256_hex
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from clavis_gateway.certificates.header import Shown
from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import (
    OAuthError,
    SiblingUnavailable,
    invalid_client,
    invalid_grant,
    invalid_request,
)
from clavis_gateway.oidc import encryption, forms, mtls, person_claims
from clavis_gateway.oidc import tokens as compose
from clavis_gateway.oidc.authlib_adapter import grants
from clavis_gateway.oidc.authlib_adapter.grants import Case, Decision, Refusal
from clavis_gateway.oidc.checks import dpop
from clavis_gateway.oidc.checks.claims import id_token_claims
from clavis_gateway.oidc.checks.dpop import Proof
from clavis_gateway.oidc.client_auth import read_credentials, verify_client
from clavis_gateway.oidc.forms import Parameters
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.oidc.possession import proof_of
from clavis_gateway.oidc.subjects import sid_for
from clavis_gateway.records import Grant, RefreshToken, RelyingParty, UsedJti
from clavis_gateway.store import grants as store
from clavis_gateway.store.grants import TokenCase, TokenWrites

router = APIRouter()


@router.post("/token")
async def token(request: Request, deps: DepsDep) -> JSONResponse:
    """Exchange a code, a refresh token or the client's own credentials for tokens."""
    form = await forms.read_unique_form(request)
    credentials = read_credentials(request, form)
    if form.get("grant_type") is None:
        raise invalid_request("The grant_type is missing.")
    code, refresh = form.get("code"), form.get("refresh_token")
    loaded = await store.load_token_case(
        deps.pool,
        credentials.client_id,
        sha256_hex(code) if code else None,
        sha256_hex(refresh) if refresh and not code else None,
    )
    assertion = await verify_client(deps, loaded.client, credentials, "/token")
    client = loaded.client
    if client is None:
        raise invalid_client("unknown client")
    proof = _proof(request, deps, client)
    case = _case(deps, form, client, loaded, proof, credentials.certificate)
    decision = grants.decide(deps.grants, case)
    if isinstance(decision, Refusal):
        if decision.replayed is not None:
            await store.revoke_grant(deps.pool, decision.replayed, "replay", case.now)
        raise decision.error
    used = tuple(jti for jti in (assertion, proof.jti if proof else None) if jti is not None)
    return await _grant(deps, case, decision, used)


# RFC 9449 section 5: a proof is optional for who did not register for it.
def _proof(request: Request, deps: Deps, client: RelyingParty) -> Proof | None:
    proof = proof_of(request, deps, client, "/token")
    if proof is None and client.dpop_bound:
        raise dpop.refused("no proof")
    return proof


def _case(
    deps: Deps,
    form: Parameters,
    client: RelyingParty,
    loaded: TokenCase,
    proof: Proof | None,
    certificate: Shown | None,
) -> Case:
    return Case(
        form={name: value for name, value in form.values.items() if value},
        token_url=deps.settings.issuer + "/token",
        now=deps.clock.now(),
        client=client,
        code=loaded.code,
        refresh_token=loaded.refresh_token,
        grant=loaded.grant,
        jkt=proof.jkt if proof else None,
        x5t=mtls.binding(client, certificate),
        enrolment_level=loaded.enrolment_level,
        new_handle=deps.new_secret,
    )


async def _grant(
    deps: Deps, case: Case, decision: Decision, used: tuple[UsedJti, ...]
) -> JSONResponse:
    sid = None
    if decision.grant is not None:
        sid = sid_for(case.client.client_id, decision.grant.session_id, deps.pairwise)
    access = compose.access_token(
        case.client,
        issuer=deps.settings.issuer,
        grant=decision.grant,
        sid=sid,
        scope=decision.scope,
        jkt=case.jkt,
        x5t=case.x5t,
        handle=decision.handle,
        now=case.now,
        lifetime=timedelta(seconds=deps.settings.access_token_seconds),
    )
    spelled = access.opaque or deps.keys.sign_now("ES256", access.jwt_claims or {}, "at+jwt")
    body: dict[str, Any] = {
        "access_token": spelled,
        "token_type": "DPoP" if case.jkt else "Bearer",
        "expires_in": deps.settings.access_token_seconds,
        "scope": decision.scope,
    }
    if decision.grant is not None and "openid" in decision.grant.scope.split() and sid is not None:
        body["id_token"] = await _id_token(deps, case, decision, decision.grant, sid, spelled)
    await _settle(deps, case, decision, access, used)
    if decision.refresh_handle is not None:
        body["refresh_token"] = decision.refresh_handle
    return JSONResponse(body, headers=NO_STORE)


async def _id_token(
    deps: Deps, case: Case, decision: Decision, grant: Grant, sid: str, spelled: str
) -> str:
    claims = compose.id_token(
        issuer=deps.settings.issuer,
        grant=grant,
        sid=sid,
        access_token=spelled,
        alg=case.client.id_token_alg,
        now=case.now,
        lifetime=timedelta(seconds=deps.settings.id_token_seconds),
        extra=await _asked_in_id_token(deps, case, grant),
        first=decision.first,
    )
    return await encryption.signed(deps, case.client, "id_token", claims)


# OpenID Connect Core 1.0 section 5.5.1: a claim that cannot be had is left out, even an essential
# one; a registry that is down must not stop a login.
async def _asked_in_id_token(deps: Deps, case: Case, grant: Grant) -> dict[str, Any]:
    names = id_token_claims(grant.claims)
    if not names:
        return {}
    try:
        return await person_claims.collect(deps, grant, names, case.enrolment_level)
    except SiblingUnavailable:
        return {}


async def _settle(
    deps: Deps,
    case: Case,
    decision: Decision,
    access: compose.NewAccessToken,
    used: tuple[UsedJti, ...],
) -> None:
    settled = await store.settle(
        deps.pool,
        TokenWrites(
            access_token=access.record,
            refresh_token=_refresh_token(case, decision),
            consume_code=decision.consume_code,
            consume_refresh=decision.consume_refresh,
            jtis=used,
        ),
    )
    if settled.written:
        return
    if not settled.fresh:
        raise OAuthError(
            "invalid_client" if case.client.auth_method == "private_key_jwt"
            else "invalid_dpop_proof",
            "An assertion or proof was used before.",
            status=401 if case.client.auth_method == "private_key_jwt" else 400,
        )  # fmt: skip
    # Somebody was faster with the same code or refresh token: one of the two stole it.
    if decision.grant is not None:
        await store.revoke_grant(deps.pool, decision.grant.grant_id, "replay", case.now)
    raise invalid_grant()


# The first refresh token lives as long as its grant may, its successors no longer.
def _refresh_token(case: Case, decision: Decision) -> RefreshToken | None:
    if decision.refresh_handle is None or decision.grant is None:
        return None
    return RefreshToken(
        token_hash=sha256_hex(decision.refresh_handle),
        grant_id=decision.grant.grant_id,
        scope=case.refresh_token.scope if case.refresh_token else decision.grant.scope,
        jkt=case.jkt if case.client.public else None,
        created_at=case.now,
        expires_at=decision.grant.expires_at,
        consumed_at=None,
        x5t=case.x5t if case.client.public else None,
    )
