"""The reading token of a relying party: for its technical contact, to read the refusal log.

It opens that log and nothing else, so a contact needs no credential of production, and a public
client, which has none, has a log as well. There is one at a time; a new one replaces it.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from clavis_kit.db import Connection, Pool
from clavis_kit.keyed_hash import KeyedHash, sha256_hex

from clavis_gateway.registration.actions import Registrar
from clavis_gateway.store import reading_tokens, relying_parties
from clavis_gateway.store.reading_tokens import ReadingToken
from clavis_gateway.store.relying_parties import Registration

DEFAULT_LIFE = timedelta(days=90)
MAXIMUM_LIFE = timedelta(days=365)


async def issue(
    registrar: Registrar, pool: Pool, found: Registration, life: timedelta = DEFAULT_LIFE
) -> tuple[ReadingToken, str]:
    """Make a token in place of the one before; return what is kept, and the token, shown once.

    Raises ValueError with a sentence.
    """
    if not timedelta(0) < life <= MAXIMUM_LIFE:
        raise ValueError(f"a reading token lives up to {MAXIMUM_LIFE.days} days")
    if found.deregistered_at is not None:
        raise ValueError("client_id belongs to a registration that its owner deleted")
    client_id, now, secret = found.party.client_id, registrar.clock.now(), registrar.new_secret()
    mac = _mac(registrar.secret_key, client_id, secret)
    token = ReadingToken(client_id, mac, now, registrar.actor, now + life)
    async with pool.acquire() as connection, connection.transaction():
        before = await reading_tokens.find(connection, client_id)
        await reading_tokens.put(connection, token)
        await _record(registrar, connection, "issue_reading_token", client_id, before, token)
    return token, secret


async def revoke(registrar: Registrar, pool: Pool, client_id: str) -> bool:
    """End the token of a relying party; False when there is none."""
    async with pool.acquire() as connection, connection.transaction():
        before = await reading_tokens.find(connection, client_id)
        if before is None:
            return False
        await reading_tokens.remove(connection, client_id)
        await _record(registrar, connection, "revoke_reading_token", client_id, before, None)
    return True


async def _record(
    registrar: Registrar,
    connection: Connection,
    action: str,
    client_id: str,
    before: ReadingToken | None,
    after: ReadingToken | None,
) -> None:
    spans = [token.expires_at.isoformat() if token else None for token in (before, after)]
    await relying_parties.add_change(
        connection, client_id, at=registrar.clock.now(), actor=registrar.actor, action=action,
        detail={"reading_token": spans},
    )  # fmt: skip


# The client is part of what is hashed: nobody who can write the table moves a token to another.
def _mac(key: KeyedHash, client_id: str, token: str) -> str:
    return key.bound(f"reading token of {client_id}", sha256_hex(token))


def opens(
    key: KeyedHash,
    found: Registration,
    kept: ReadingToken | None,
    offered: str,
    now: datetime,
) -> bool:
    """Say whether a token opens the refusal log of a relying party.

    A registration access token (RFC 7592 section 3) is its owner's already and does so too. Both
    are compared, each in constant time (RFC 6749 section 10.10). Suspended or not makes no
    difference, because that is when one asks why everything is refused; deleted does.
    """
    reading = hmac.compare_digest(
        _mac(key, found.party.client_id, offered), kept.mac if kept else ""
    )
    managing = hmac.compare_digest(sha256_hex(offered), found.registration_token_hash or "")
    alive = kept is not None and now < kept.expires_at
    return found.deregistered_at is None and ((reading and alive) or managing)
