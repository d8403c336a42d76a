"""Ending sessions: one place, whoever asked for it.

Sessions, the families of tokens that live with them, and the logout tokens owed to the services
entered change in one transaction, the caller's; afterwards the caller wakes the courier.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from clavis_kit.db import Connection
from clavis_kit.keyed_hash import KeyedHash

from clavis_gateway.oidc.subjects import sid_for
from clavis_gateway.rules.levels import Method
from clavis_gateway.store import disclosures, grants, logouts, services, sessions

_BY_PASSWORD = [Method.PERMANENT.value, Method.PERMANENT_OTP.value]
# Two services tell the time: a login of the same minute counts as one with the new password.
_CLOCKS_DIFFER = timedelta(minutes=1)


async def end_sessions(
    connection: Connection,
    session_ids: list[str],
    reason: str,
    *,
    now: datetime,
    pairwise: KeyedHash,
    new_id: Callable[[], str],
) -> None:
    """End sessions and record a logout token for each service that wants one."""
    if not session_ids:
        return
    await sessions.end(connection, session_ids, reason, now)
    await grants.revoke_session_grants(connection, session_ids, reason, now)
    owed = [
        (
            new_id(),
            service.client.client_id,
            service.sub,
            sid_for(service.client.client_id, service.session_id, pairwise),
        )
        for service in await sessions.entered(connection, session_ids)
        if service.client.logout_uri is not None
    ]
    if owed:
        await logouts.add(connection, owed, now)


async def end_person(
    connection: Connection,
    subject_id: str,
    reason: str,
    *,
    now: datetime,
    pairwise: KeyedHash,
    new_id: Callable[[], str],
) -> None:
    """End all sessions and all tokens of a person, those for offline use too."""
    live = await sessions.live_of_subject(connection, subject_id)
    await end_sessions(connection, live, reason, now=now, pairwise=pairwise, new_id=new_id)
    await grants.revoke_subject_grants(connection, subject_id, reason, now)


# NIST SP 800-63B-4 section 5.1: a session does not outlive what opened it.
async def end_password_sessions(
    connection: Connection,
    subject_id: str,
    replaced_at: datetime,
    *,
    kept_sid: str,
    now: datetime,
    pairwise: KeyedHash,
    new_id: Callable[[], str],
) -> None:
    """End what a password opened that was replaced or removed, tokens for offline use too.

    A login during which it was replaced goes on: it is as new as the password. So does the session
    in which it was, which one of its services calls `kept_sid`.
    """
    before = replaced_at - _CLOCKS_DIFFER
    live = await sessions.live_of_method(connection, subject_id, _BY_PASSWORD, before)
    kept = {
        service.session_id
        for service in await sessions.entered(connection, live)
        if kept_sid == sid_for(service.client.client_id, service.session_id, pairwise)
    }
    ending = [session_id for session_id in live if session_id not in kept]
    await end_sessions(
        connection, ending, "password_replaced", now=now, pairwise=pairwise, new_id=new_id
    )
    await grants.revoke_method_grants(
        connection, subject_id, _BY_PASSWORD, before, now, kept=sorted(kept)
    )


# Regulation (EU) 2016/679 article 7(3): withdrawing is as easy as it was to give.
async def withdraw_service(
    connection: Connection,
    subject_id: str,
    client_id: str,
    *,
    now: datetime,
    pairwise: KeyedHash,
    new_id: Callable[[], str],
) -> None:
    """Cut a service off from a person: tokens end, it is told, and next time the person is asked.

    The person's sessions go on for every other service.
    """
    await services.revoke(connection, subject_id, client_id, now)
    left = await services.leave(connection, subject_id, client_id)
    await disclosures.forget(connection, subject_id, client_id)
    owed = [
        (new_id(), client_id, sub, sid_for(client_id, session_id, pairwise))
        for session_id, sub in left
    ]
    if owed:
        await logouts.add(connection, owed, now)
