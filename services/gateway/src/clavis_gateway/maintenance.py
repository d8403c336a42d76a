"""Forgetting what has no use any more, so that no table grows without bound."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from clavis_kit.db import Pool
from clavis_kit.logging import get_logger

from clavis_gateway.deps import Deps

EVERY_SECONDS = 300.0
# What is over stays a day: a replayed code must still be recognised, an operator may ask.
KEPT = timedelta(days=1)
BATCH = 5000
_log = get_logger(__name__)

_EXPIRED = {
    "used_jti": "expires_at < $1",
    "pushed_request": "expires_at < $1",
    "interaction": "expires_at < $1",
    "authorization_grant": "expires_at < $1",
    "access_token": "grant_id IS NULL AND expires_at < $1",
    "sso_session": "expires_at < $1",
    "logout_delivery": "coalesce(delivered_at, abandoned_at) < $1",
}


async def forget_expired(pool: Pool, before: datetime) -> int:
    """Delete a batch of what expired before a moment; return how many rows."""
    deleted = 0
    for table, condition in _EXPIRED.items():
        status = await pool.execute(
            f"DELETE FROM {table} WHERE ctid IN"  # noqa: S608 -- both parts are constants above
            f" (SELECT ctid FROM {table} WHERE {condition} LIMIT {BATCH})",
            before,
        )
        deleted += int(status.rpartition(" ")[2])
    return deleted


async def run(deps: Deps) -> None:
    """Forget every few minutes, until cancelled."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await forget_expired(deps.pool, deps.clock.now() - KEPT)
        except Exception as error:  # noqa: BLE001  whatever it was, the next turn tries again
            _log.warning("maintenance_interrupted", error_type=type(error).__name__)
