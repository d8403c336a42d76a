"""Ending sessions: one place, whoever asked for it.

Sessions, the families of tokens that live with them, and the logout tokens owed to the services
entered change in one transaction, the caller's; afterwards the caller wakes the courier.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from clavis_kit.db import Connection
from clavis_kit.keyed_hash import KeyedHash

from clavis_gateway.oidc.subjects import sid_for
from clavis_gateway.store import grants, logouts, sessions


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
