"""Bringing the registrations to what a bundle says: all of it in one transaction, or nothing."""

from __future__ import annotations

from dataclasses import replace

from clavis_kit.db import Connection, Pool

from clavis_gateway.registration.actions import Registrar, write
from clavis_gateway.registration.bundle import Bundle
from clavis_gateway.registration.plan import Step, manager, plan
from clavis_gateway.store import relying_parties

# Two files applied at once wait for each other instead of meeting in the middle.
_LOCK = 0x62756E646C65
_MANY = 100_000


async def diff(registrar: Registrar, pool: Pool, bundle: Bundle) -> list[Step]:
    """Say what applying would do, and write nothing. Raises BundleError."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        return await _plan(_named(registrar, bundle), connection, bundle)


async def apply(registrar: Registrar, pool: Pool, bundle: Bundle) -> list[Step]:
    """Do it. Raises BundleError, VersionError."""
    registrar = _named(registrar, bundle)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        steps = await _plan(registrar, connection, bundle)
        for step in steps:
            if step.writes:
                await write(
                    registrar,
                    connection,
                    step.before,
                    step.party,
                    action="bundle",
                    managed_by=manager(bundle),
                )
    return steps


def _named(registrar: Registrar, bundle: Bundle) -> Registrar:
    return replace(registrar, actor=f"{manager(bundle)} {registrar.actor}")


async def _plan(registrar: Registrar, connection: Connection, bundle: Bundle) -> list[Step]:
    kept = await relying_parties.listed(connection, limit=_MANY, managed_by=manager(bundle))
    stored = {found.party.client_id: found for found in kept}
    for described in bundle.parties:
        if described.client_id not in stored:
            found = await relying_parties.find(connection, described.client_id)
            if found is not None:
                stored[described.client_id] = found
    return plan(registrar, bundle, stored)
