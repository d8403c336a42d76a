"""Answering an interaction: the other side of the seam in `interactions.py`."""

from __future__ import annotations

import hmac
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from clavis_kit.db import Connection
from clavis_kit.keyed_hash import sha256_hex

from clavis_gateway import endings
from clavis_gateway.deps import Deps
from clavis_gateway.errors import OAuthError, invalid_request, not_a_tester
from clavis_gateway.interaction_values import (
    BUILDS_ON,
    Authentication,
    Interaction,
    InteractionState,
    Reason,
    ResponseTarget,
)
from clavis_gateway.oidc import answering, issuing
from clavis_gateway.oidc.checks.acr import demand, unmet
from clavis_gateway.oidc.checks.claims import requested_claims
from clavis_gateway.oidc.checks.session import decide
from clavis_gateway.oidc.http import note_late
from clavis_gateway.oidc.subjects import sub_for
from clavis_gateway.oidc.views import client_view, session_view
from clavis_gateway.records import Session
from clavis_gateway.rules.standing import Standing, bar
from clavis_gateway.store import authorize, interactions, persons, sessions, testers
from clavis_gateway.store.interactions import Stored

_ERROR_CODE = re.compile(r"[a-z_]{1,64}")


class InteractionClosed(Exception):  # noqa: N818 -- it names a state, not a fault
    """The interaction expired, was answered already, or belongs to another browser."""


async def load_interaction(
    deps: Deps, interaction_id: str, browser_cookie: str | None
) -> Interaction | None:
    """Return the interaction if this browser opened it, else None (expired ones included).

    `browser_cookie` is the value of `__Host-Http-flow`.
    """
    now = deps.clock.now()
    stored = await interactions.find(deps.pool, interaction_id, now)
    if stored is None or browser_cookie is None:
        return None
    if not hmac.compare_digest(sha256_hex(browser_cookie), stored.browser_hash):
        return None
    state = InteractionState(stored.state)
    if state is InteractionState.OPEN and stored.expires_at <= now:
        state = InteractionState.EXPIRED
    request = stored.request
    return Interaction(
        interaction_id=stored.interaction_id,
        state=state,
        client=client_view(stored.client, deps.settings.issuer),
        required_loa=stored.required_loa,
        essential=stored.essential,
        reasons=frozenset(Reason(reason) for reason in stored.reasons),
        login_hint=request.login_hint,
        ui_locales=request.ui_locales,
        language=stored.language,
        requested_claims=requested_claims(request),
        consent_asked="consent" in request.prompt,
        authorization_details=request.authorization_details,
        session=session_view(stored.session) if stored.reasons <= BUILDS_ON else None,
        progress=stored.progress,
        created_at=stored.created_at,
        expires_at=stored.expires_at,
    )


async def reopen_interaction(deps: Deps, interaction_id: str) -> str:
    """Open an expired request anew, once, with what it asked; return the new id.

    The caller has made sure that the browser is the one that opened it. Raises InteractionClosed
    when it was answered, or opened anew before.
    """
    new_id, now = deps.new_id(), deps.clock.now()
    life = timedelta(seconds=deps.settings.interaction_seconds)
    if not await interactions.reopen(deps.pool, interaction_id, new_id, now, now + life):
        raise InteractionClosed
    return new_id


async def save_progress(deps: Deps, interaction_id: str, progress: dict[str, Any]) -> None:
    """Replace the login area's own JSON. Does nothing once the interaction is closed."""
    await interactions.save_progress(deps.pool, interaction_id, progress)


async def save_language(deps: Deps, interaction_id: str, language: str) -> None:
    """Remember the language the person chose for this interaction."""
    await interactions.save_language(deps.pool, interaction_id, language)


async def complete_interaction(
    deps: Deps, interaction_id: str, authentication: Authentication
) -> ResponseTarget:
    """Answer the request for an identified person: session, grant and code, or an error.

    The target carries an OAuth error instead of a code when the level does not suffice
    (unmet_authentication_requirements), when the person may no longer log in this way
    (access_denied), or when somebody else was expected (login_required): never a lower acr.
    Raises InteractionClosed when it was answered already or has expired.
    """
    stored = await _open(deps, interaction_id)
    async with deps.pool.acquire() as connection, connection.transaction():
        await _answer(deps, connection, stored)
        # It is held until we commit: an ending that comes now finds the session we make.
        standing = await persons.hold_standing(connection, authentication.subject_id)
        error = _refusal(deps, stored, authentication, standing)
        if error is None and not await testers.admitted(
            connection, stored.client, authentication.subject_id
        ):
            error = not_a_tester()
            note_late(deps, stored.client, error)
        if error is None and not await _pushed_request_is_ours(deps, connection, stored):
            error = invalid_request("The request_uri has been used already.")
            note_late(deps, stored.client, error)
        if error is not None:
            return await issuing.failure(deps, stored.client, stored.request, error)
        session, cookie, ended = await _session(deps, connection, stored, authentication)
        code = await issuing.issue_code(deps, connection, stored.client, stored.request, session)
        # A signed answer can be shed under load; then nothing has happened yet.
        target = await issuing.success(deps, stored.client, stored.request, code, cookie)
    if ended:
        deps.logouts.wake()
    return target


async def continue_session(deps: Deps, interaction_id: str) -> ResponseTarget:
    """Answer the request from the session it builds on, once the person was told what is sent.

    Nothing is renewed by it: the answer states the login as it was. Raises InteractionClosed when
    the session ended, or the request was answered already or has expired.
    """
    stored = await _open(deps, interaction_id)
    if stored.session is None or stored.reasons != {Reason.DISCLOSURE} or not stored.client.active:
        raise InteractionClosed
    async with deps.pool.acquire() as connection, connection.transaction():
        await _answer(deps, connection, stored)
    if _outgrown(deps, stored, stored.session):
        error = OAuthError("login_required", "The person must log in.")
        return await issuing.failure(deps, stored.client, stored.request, error)
    target = await answering.reuse(deps, stored.client, stored.request, stored.session)
    if target is None:
        raise InteractionClosed
    return target


# OpenID Connect Core 1.0 section 3.1.2.1 (max_age) bounds the age at the answer, not at the page.
def _outgrown(deps: Deps, stored: Stored, session: Session) -> bool:
    client, request = stored.client, stored.request
    sub = sub_for(client, session.subject_id, deps.pairwise)
    decision = decide(
        client, replace(request, prompt=()), demand(client, request), session, sub,
        deps.clock.now(), deps.settings.level_max_age,
    )  # fmt: skip
    return bool(decision.reasons)


async def fail_interaction(
    deps: Deps, interaction_id: str, error: str, description: str
) -> ResponseTarget:
    """Answer the request with an OAuth error, for example access_denied on cancel.

    Raises InteractionClosed when it was answered already or has expired.
    """
    if not _ERROR_CODE.fullmatch(error):
        raise ValueError("not an OAuth error code")
    stored = await _open(deps, interaction_id)
    async with deps.pool.acquire() as connection, connection.transaction():
        await _answer(deps, connection, stored)
        await _pushed_request_is_ours(deps, connection, stored)
    failure = OAuthError(error, description)
    return await issuing.failure(deps, stored.client, stored.request, failure)


async def _open(deps: Deps, interaction_id: str) -> Stored:
    stored = await interactions.find(deps.pool, interaction_id, deps.clock.now())
    if stored is None:
        raise InteractionClosed
    return stored


async def _answer(deps: Deps, connection: Connection, stored: Stored) -> None:
    if not await interactions.answer(connection, stored.interaction_id, deps.clock.now()):
        raise InteractionClosed


async def _pushed_request_is_ours(deps: Deps, connection: Connection, stored: Stored) -> bool:
    uri_hash = stored.request.pushed_hash
    if uri_hash is None:
        return True
    return await authorize.consume_pushed_request(connection, uri_hash, deps.clock.now())


def _refusal(
    deps: Deps, stored: Stored, authentication: Authentication, standing: Standing | None
) -> OAuthError | None:
    barred = bar(standing, authentication.method, at_portal=stored.client.is_portal)
    if barred is not None or not stored.client.active:
        return OAuthError("access_denied", "The person cannot use this service.")
    if authentication.method not in stored.client.allowed_methods:
        return OAuthError("access_denied", "The service does not accept this method.")
    # OpenID Connect Core 1.0 section 3.1.2.1 (id_token_hint): anybody else is an error.
    sub = sub_for(stored.client, authentication.subject_id, deps.pairwise)
    if stored.request.hinted_sub not in (None, sub):
        return OAuthError("login_required", "Another person logged in than the one expected.")
    # Section 3.1.2.1 (prompt, max_age): the person must have acted for this very request.
    acted_anew = authentication.auth_time >= stored.created_at
    if not acted_anew and not stored.reasons <= BUILDS_ON:
        return OAuthError("login_required", "The person must log in.")
    # Unmet Authentication Requirements 1.0: never a lower acr than demanded.
    if authentication.loa < stored.required_loa:
        return unmet()
    return None


async def _session(
    deps: Deps, connection: Connection, stored: Stored, authentication: Authentication
) -> tuple[Session, str, bool]:
    """Raise the browser's session or start a new one; return it, its cookie, and if one ended."""
    now, cookie = deps.clock.now(), deps.new_secret()
    fresh = Session(
        session_id=deps.new_id(),
        subject_id=authentication.subject_id,
        loa=authentication.loa,
        method=authentication.method,
        enrolment_level=authentication.enrolment_level,
        amr=authentication.amr,
        auth_time=authentication.auth_time,
        started_at=now,
        last_seen_at=now,
        expires_at=now + deps.settings.session_absolute,
        # At least one factor was proved since this request came.
        level_at=max(authentication.auth_time, stored.created_at),
    )
    old = stored.session
    if old is not None and old.subject_id == authentication.subject_id:
        renewed = replace(
            fresh,
            session_id=old.session_id,
            started_at=old.started_at,
            expires_at=old.expires_at,
        )
        if await sessions.renew(connection, renewed, sha256_hex(cookie)):
            return renewed, cookie, False
    await sessions.start(connection, fresh, sha256_hex(cookie))
    # Another person at the same browser: the session it no longer holds must not live on.
    replaced = old is not None and old.subject_id != authentication.subject_id
    if old is not None and replaced:
        await endings.end_sessions(
            connection, [old.session_id], "replaced",
            now=now, pairwise=deps.pairwise, new_id=deps.new_id,
        )  # fmt: skip
    return fresh, cookie, replaced
