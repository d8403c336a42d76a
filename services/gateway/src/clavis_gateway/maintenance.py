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
    "initial_access_token": "expires_at < $1",
    "reading_token": "expires_at < $1",
    "pushed_request": "expires_at < $1",
    "interaction": "expires_at < $1",
    "authorization_grant": "expires_at < $1",
    "access_token": "grant_id IS NULL AND expires_at < $1",
    "sso_session": "expires_at < $1",
    "logout_delivery": "coalesce(delivered_at, abandoned_at) < $1",
    "refusal": "occurred_at < $1::timestamptz - interval '29 days'",
}


async def forget_expired(pool: Pool, before: datetime) -> int:
    """Delete a batch of what expired before a moment; return how many rows."""
    deleted = 0
    for table, condition in _EXPIRED.items():
        deleted += await _forget(pool, table, condition, before)
    return deleted


async def _forget(pool: Pool, table: str, condition: str, before: datetime) -> int:
    status = await pool.execute(
        f"DELETE FROM {table} WHERE ctid IN"  # noqa: S608 -- both parts are constants of this file
        f" (SELECT ctid FROM {table} WHERE {condition} LIMIT {BATCH})",
        before,
    )
    return int(status.rpartition(" ")[2])


async def forget_history(deps: Deps) -> None:
    """Delete what people were kept to see, after the operator's retention."""
    now, settings = deps.clock.now(), deps.settings
    for table, days in (
        ("access_record", settings.access_history_days),
        ("disclosure_record", settings.disclosure_record_days),
    ):
        await _forget(deps.pool, table, "at < $1", now - timedelta(days=days))


async def run(deps: Deps) -> None:
    """Forget every few minutes, until cancelled."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await forget_expired(deps.pool, deps.clock.now() - KEPT)
            await forget_history(deps)
        except Exception as error:  # noqa: BLE001  whatever it was, the next turn tries again
            _log.warning("maintenance_interrupted", error_type=type(error).__name__)
