"""Who may enter a relying party in test: putting people on its list and taking them off."""

from __future__ import annotations

from collections.abc import Callable

from clavis_kit.db import Connection, Pool
from clavis_kit.ids import is_id
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.national_id import NationalIdError, normalise

from clavis_gateway.registration.actions import Registrar
from clavis_gateway.store import relying_parties, testers
from clavis_gateway.store.testers import Entry, Kind


def named(
    subject_id: str | None, national_id: str | None, national_ids: Callable[[], KeyedHash]
) -> tuple[Kind, str]:
    """Name a person as the list does; an identity number only by its keyed hash.

    Raises ValueError with a sentence that repeats nothing of what was given.
    """
    if (subject_id is None) == (national_id is None):
        raise ValueError("a tester is named by subject id or by national identity number")
    if subject_id is not None:
        if not is_id(subject_id):
            raise ValueError("the subject id is not one of ours")
        return "subject", subject_id
    try:
        return "national_id", national_ids().of(normalise(national_id or ""))
    except NationalIdError as error:
        raise ValueError("the national identity number is not valid") from error


async def add(registrar: Registrar, pool: Pool, client_id: str, kind: Kind, value: str) -> bool:
    """Put a person on the list; False when it was there."""
    now = registrar.clock.now()
    async with pool.acquire() as connection, connection.transaction():
        entry = Entry(kind, value, now, registrar.actor)
        added = await testers.add(connection, client_id, entry)
        if added:
            await _record(registrar, connection, client_id, "add_tester", kind)
    return added


async def remove(registrar: Registrar, pool: Pool, client_id: str, kind: Kind, value: str) -> bool:
    """Take a person off the list and end what the tests gave; False when it was not there."""
    async with pool.acquire() as connection, connection.transaction():
        now = registrar.clock.now()
        removed = await testers.remove(connection, client_id, kind, value, now)
        if removed:
            await _record(registrar, connection, client_id, "remove_tester", kind)
    return removed


async def _record(
    registrar: Registrar,
    connection: Connection,
    client_id: str,
    action: str,
    kind: Kind,
) -> None:
    # Which person it was stands in the list alone.
    await relying_parties.add_change(
        connection,
        client_id,
        at=registrar.clock.now(),
        actor=registrar.actor,
        action=action,
        detail={"testers": [None, kind] if action == "add_tester" else [kind, None]},
    )
