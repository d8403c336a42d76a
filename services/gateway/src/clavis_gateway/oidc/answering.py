"""Answering a checked authorization request: from a live session, by asking the person, or no."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from clavis_kit.keyed_hash import sha256_hex
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clavis_gateway import cookies
from clavis_gateway.deps import Deps
from clavis_gateway.errors import invalid_request
from clavis_gateway.interaction_values import Reason, ResponseTarget
from clavis_gateway.oidc import issuing
from clavis_gateway.oidc.checks.acr import demand, reachable, unmet
from clavis_gateway.oidc.checks.claims import requested_claims
from clavis_gateway.oidc.checks.session import Decision, decide, silent_error
from clavis_gateway.oidc.http import note_late, note_refusal
from clavis_gateway.oidc.subjects import sub_for
from clavis_gateway.records import AuthorizationRequest, RelyingParty, Session
from clavis_gateway.rules import disclosure
from clavis_gateway.rules.levels import Method
from clavis_gateway.rules.policy import Demand
from clavis_gateway.rules.standing import bar
from clavis_gateway.store import authorize as store
from clavis_gateway.store import disclosures, persons, sessions, testers


async def answer(
    request: Request,
    deps: Deps,
    client: RelyingParty,
    authorization: AuthorizationRequest,
    session: Session | None,
) -> Response | ResponseTarget:
    """Give the relying party its answer, or the browser the way to the login pages."""
    # Unmet Authentication Requirements 1.0: nobody is asked to try what nobody can reach.
    if not reachable(client, authorization, deps.settings.level_policy):
        error = unmet()
        note_refusal(request, error)
        return await issuing.failure(deps, client, authorization, error)
    needed = demand(client, authorization)
    decision = await _decide(deps, client, authorization, needed, session)
    if not decision.reasons and session is not None:
        target = await reuse(deps, client, authorization, session)
        if target is not None:
            return target
        decision = await _decide(deps, client, authorization, needed, None)
    if "none" in authorization.prompt:
        return await issuing.failure(deps, client, authorization, silent_error(decision))
    return await _ask(request, deps, client, authorization, needed, decision, session)


async def _decide(
    deps: Deps,
    client: RelyingParty,
    authorization: AuthorizationRequest,
    needed: Demand,
    session: Session | None,
) -> Decision:
    sub = sub_for(client, session.subject_id, deps.pairwise) if session else None
    decision = decide(
        client, authorization, needed, session, sub, deps.clock.now(), deps.settings.level_max_age
    )
    if decision.reasons or session is None:
        return decision
    untold = await _untold(deps, client, authorization, session.subject_id)
    return Decision(frozenset({Reason.DISCLOSURE}), session) if untold else decision


async def _untold(
    deps: Deps, client: RelyingParty, authorization: AuthorizationRequest, subject_id: str
) -> bool:
    """Say whether the person must be told what is sent before a session answers."""
    claims = requested_claims(authorization)
    asked_for = "consent" in authorization.prompt
    details = bool(authorization.authorization_details)

    def must_show(shown: frozenset[str]) -> bool:
        return disclosure.must_show(
            claims, shown, asked_for=asked_for, first_party=client.first_party, details=details
        )

    # The usual request asks for nothing personal, or is our own: no look-up is needed for it.
    if not must_show(frozenset()):
        return False
    return must_show(await disclosures.disclosed_claims(deps.pool, subject_id, client.client_id))


async def reuse(
    deps: Deps, client: RelyingParty, authorization: AuthorizationRequest, session: Session
) -> ResponseTarget | None:
    """Answer from the live session; None when it ended just now or is no good for this client."""
    async with deps.pool.acquire() as connection, connection.transaction():
        standing = await persons.hold_standing(connection, session.subject_id)
        if bar(standing, Method(session.method), at_portal=client.is_portal) is not None:
            return None
        # Who is no tester of a service in test may still log in as somebody who is.
        if not await testers.admitted(connection, client, session.subject_id):
            return None
        if not await sessions.seen(connection, session.session_id, deps.clock.now()):
            return None
        uri_hash = authorization.pushed_hash
        if uri_hash is not None and not await store.consume_pushed_request(
            connection, uri_hash, deps.clock.now()
        ):
            error = invalid_request("The request_uri has been used already.")
            note_late(deps, client, error)
            return await issuing.failure(deps, client, authorization, error)
        code = await issuing.issue_code(
            deps, connection, client, authorization, session, anew=False
        )
        # A signed answer can be shed under load; then nothing has happened yet.
        return await issuing.success(deps, client, authorization, code)


async def _ask(
    request: Request,
    deps: Deps,
    client: RelyingParty,
    authorization: AuthorizationRequest,
    needed: Demand,
    decision: Decision,
    session: Session | None,
) -> Response:
    """Open an interaction and send the browser to its pages."""
    browser = cookies.flow_cookie(request) or deps.new_secret()
    now, interaction_id = deps.clock.now(), deps.new_id()
    await store.add_interaction(
        deps.pool,
        {
            "interaction_id": interaction_id,
            "client_id": client.client_id,
            "browser_hash": sha256_hex(browser),
            "request": asdict(authorization),
            "required_loa": int(needed.required),
            "essential": needed.essential,
            "reasons": sorted(decision.reasons),
            "session_id": session.session_id if session else None,
            "created_at": now,
            "expires_at": now + timedelta(seconds=deps.settings.interaction_seconds),
        },
    )
    response = RedirectResponse(_first_page(authorization, interaction_id), status_code=303)
    cookies.set_flow_cookie(response, browser)
    return response


# Initiating User Registration 1.0 section 4.1: who is to register sees how first. The login waits
# behind that page, for enrolment ends on another day or at an office.
def _first_page(authorization: AuthorizationRequest, interaction_id: str) -> str:
    if "create" in authorization.prompt:
        return f"/register?login={interaction_id}"
    return f"/login/{interaction_id}"
