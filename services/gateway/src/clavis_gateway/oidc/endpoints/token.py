"""The token endpoint (RFC 6749 section 3.2): two round trips to the database, no more.

One query loads the case, Authlib judges it in memory, keys sign what was granted, and one statement
consumes the single-use things and keeps the tokens. Signing comes first: when it has to shed load,
the code is still good for another try.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from clavis_kit.keyed_hash import sha256_hex
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import OAuthError, invalid_client, invalid_grant, invalid_request
from clavis_gateway.oidc import forms, granting, mtls
from clavis_gateway.oidc.authlib_adapter import grants
from clavis_gateway.oidc.authlib_adapter.cases import Case, Refusal
from clavis_gateway.oidc.checks import dpop
from clavis_gateway.oidc.checks.dpop import Proof
from clavis_gateway.oidc.client_auth import Credentials, read_credentials, verify_client
from clavis_gateway.oidc.forms import Parameters
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.oidc.possession import proof_of
from clavis_gateway.records import RelyingParty, UsedJti
from clavis_gateway.store import grants as store
from clavis_gateway.store.grants import TokenCase

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A token request whose client is proven."""

    form: Parameters
    credentials: Credentials
    client: RelyingParty
    proof: Proof | None


@router.post("/token")
async def token(request: Request, deps: DepsDep) -> JSONResponse:
    """Exchange a code, a refresh token or the client's own credentials for tokens."""
    form = await forms.read_unique_form(request)
    credentials = read_credentials(request, form)
    if form.get("grant_type") is None:
        raise invalid_request("The grant_type is missing.", rule="grant_type_missing")
    loaded = await _load(deps, form, credentials)
    assertion = await verify_client(deps, loaded.client, credentials, "/token")
    client = loaded.client
    if client is None:
        raise invalid_client("unknown client")
    proof = _proof(request, deps, client)
    used = tuple(jti for jti in (assertion, proof.jti if proof else None) if jti is not None)
    asked = _Asked(form, credentials, client, proof)
    body = await _attempt(deps, asked, loaded, used)
    if body is None:
        # Somebody was faster with the same refresh token: perhaps the same client, which lost the
        # answer and asks again. What is used once was used up by the first attempt.
        body = await _attempt(deps, asked, await _load(deps, form, credentials), ())
    if body is None:
        await _end_family(deps, loaded)
        raise invalid_grant(rule="refresh_token_raced")
    return JSONResponse(body, headers=NO_STORE)


async def _load(deps: Deps, form: Parameters, credentials: Credentials) -> TokenCase:
    code, refresh = form.get("code"), form.get("refresh_token")
    return await store.load_token_case(
        deps.pool,
        credentials.client_id,
        sha256_hex(code) if code else None,
        sha256_hex(refresh) if refresh and not code else None,
    )


# RFC 9449 section 5: a proof is optional for who did not register for it.
def _proof(request: Request, deps: Deps, client: RelyingParty) -> Proof | None:
    proof = proof_of(request, deps, client, "/token")
    if proof is None and client.dpop_bound:
        raise dpop.refused("no proof")
    return proof


async def _attempt(
    deps: Deps, asked: _Asked, loaded: TokenCase, used: tuple[UsedJti, ...]
) -> dict[str, object] | None:
    """Judge and settle; None when a refresh token was used by somebody faster."""
    case = _case(deps, asked, loaded)
    decision = grants.decide(deps.grants, case)
    if isinstance(decision, Refusal):
        if decision.replayed is not None:
            await _end_family(deps, loaded)
        raise decision.error
    answer = await granting.answer(deps, case, decision, used)
    settled = await store.settle(deps.pool, answer.writes)
    if settled.written:
        return answer.body
    if not settled.fresh:
        raise _replayed(asked.client)
    if decision.consume_code is not None:
        # One of the two stole it.
        await _end_family(deps, loaded)
        raise invalid_grant(rule="code_raced")
    return None


def _case(deps: Deps, asked: _Asked, loaded: TokenCase) -> Case:
    return Case(
        form={name: value for name, value in asked.form.values.items() if value},
        token_url=deps.settings.issuer + "/token",
        now=deps.clock.now(),
        client=asked.client,
        code=loaded.code,
        refresh_token=loaded.refresh_token,
        grant=loaded.grant,
        jkt=asked.proof.jkt if asked.proof else None,
        x5t=mtls.binding(asked.client, asked.credentials.certificate),
        enrolment_level=loaded.enrolment_level,
        new_handle=deps.new_secret,
        grace=timedelta(seconds=deps.settings.refresh_grace_seconds),
    )


# RFC 6749 section 4.1.2 and RFC 9700 section 4.14.2: what was given before ends too.
async def _end_family(deps: Deps, loaded: TokenCase) -> None:
    if loaded.grant is not None:
        await store.revoke_grant(deps.pool, loaded.grant.grant_id, "replay", deps.clock.now())


def _replayed(client: RelyingParty) -> OAuthError:
    by_assertion = client.auth_method == "private_key_jwt"
    return OAuthError(
        "invalid_client" if by_assertion else "invalid_dpop_proof",
        "An assertion or proof was used before.",
        status=401 if by_assertion else 400,
        rule="assertion_replayed" if by_assertion else "dpop_replayed",
    )
