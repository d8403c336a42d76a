"""From a granted token request to its answer: the tokens, and what is written of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clavis_kit.keyed_hash import sha256_hex

from clavis_gateway.deps import Deps
from clavis_gateway.errors import SiblingUnavailable
from clavis_gateway.oidc import encryption, person_claims
from clavis_gateway.oidc import tokens as compose
from clavis_gateway.oidc.authlib_adapter.cases import Case, Decision
from clavis_gateway.oidc.checks.claims import id_token_claims
from clavis_gateway.oidc.entitlements import entitled
from clavis_gateway.oidc.subjects import sid_for
from clavis_gateway.records import Grant, RefreshToken, UsedJti
from clavis_gateway.store.grants import TokenWrites


@dataclass(frozen=True, slots=True)
class Answer:
    """A token response (RFC 6749 section 5.1) and the rows that make it true."""

    body: dict[str, Any]
    writes: TokenWrites


async def answer(deps: Deps, case: Case, decision: Decision, used: tuple[UsedJti, ...]) -> Answer:
    """Sign what was granted. Raises OAuthError, and Overloaded before anything is used up."""
    settings, grant = deps.settings, decision.grant
    sid = sid_for(case.client.client_id, grant.session_id, deps.pairwise) if grant else None
    access = compose.access_token(
        case.client,
        issuer=settings.issuer,
        grant=grant,
        sid=sid,
        scope=decision.scope,
        jkt=case.jkt,
        x5t=case.x5t,
        handle=decision.handle,
        now=case.now,
        lifetime=timedelta(seconds=settings.access_token_seconds),
        entitlement=entitled(case.form, case.client, grant, settings.issuer, first=decision.first),
    )
    # RFC 9068 section 2.1: RS256 for resource servers that can do nothing better.
    alg = str(case.client.metadata.get("access_token_signed_response_alg", "ES256"))
    spelled = access.opaque or await deps.keys.sign(alg, access.jwt_claims or {}, "at+jwt")
    body: dict[str, Any] = {
        "access_token": spelled,
        "token_type": "DPoP" if case.jkt else "Bearer",
        "expires_in": settings.access_token_seconds,
    }
    # RFC 6749 section 5.1, RFC 9396 section 7.
    if decision.scope:
        body["scope"] = decision.scope
    if access.record.authorization_details:
        body["authorization_details"] = list(access.record.authorization_details)
    if grant is not None and sid is not None and "openid" in grant.scope.split():
        body["id_token"] = await _id_token(deps, case, decision, grant, sid, spelled)
    if decision.refresh_handle is not None:
        body["refresh_token"] = decision.refresh_handle
    return Answer(body, _writes(case, decision, access, used))


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


def _writes(
    case: Case, decision: Decision, access: compose.NewAccessToken, used: tuple[UsedJti, ...]
) -> TokenWrites:
    presented = case.refresh_token if decision.consume_refresh else None
    return TokenWrites(
        access_token=access.record,
        refresh_token=_refresh_token(case, decision),
        consume_code=decision.consume_code,
        consume_refresh=decision.consume_refresh,
        jtis=used,
        retry_refresh=decision.retry_refresh,
        succeeds=presented.parent_hash if presented else None,
    )


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
        parent_hash=decision.consume_refresh or decision.retry_refresh,
        x5t=case.x5t if case.client.public else None,
    )
