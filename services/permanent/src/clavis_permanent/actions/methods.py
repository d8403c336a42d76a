"""The overview of a person's ways in, and what binding or removing one has in common."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection

from clavis_permanent import errors
from clavis_permanent.authenticator_events import authenticator_event
from clavis_permanent.deps import Deps
from clavis_permanent.rules import Level
from clavis_permanent.rules.facts import Fact, FactKind
from clavis_permanent.rules.methods import Removable, is_last_strong, strong_methods
from clavis_permanent.store import methods, passkeys
from clavis_permanent.store.facts import record_fact
from clavis_permanent.store.methods import Holdings
from clavis_permanent.store.passkeys import Passkey


@dataclass(frozen=True, slots=True)
class Overview:
    """What the person holds here, and how much of it alone reaches substantial."""

    holdings: Holdings
    passkeys: Sequence[Passkey]
    strong_methods: int
    can_add: bool


async def view_methods(deps: Deps, subject_id: str) -> Overview:
    """Read everything a person may see of their ways in. Raises ServiceError 409."""
    holdings = await methods.find_holdings(deps.pool, subject_id)
    if holdings is None:
        raise errors.identity_not_usable()
    return Overview(
        holdings=holdings,
        passkeys=await passkeys.list_passkeys(deps.pool, subject_id),
        strong_methods=strong_methods(holdings.methods(deps.clock.now())),
        can_add=holdings.stands and holdings.level is Level.ADVANCED,
    )


async def require_standing(deps: Deps, subject_id: str) -> None:
    """Refuse to change anything of somebody who ended or is frozen. Raises ServiceError 409."""
    if not await methods.stands(deps.pool, subject_id):
        raise errors.identity_not_usable()


async def require_advanced(db: "Connection | Deps", subject_id: str) -> Holdings:
    """Return what a person holds who may bind a method. Raises ServiceError 409."""
    reader = db.pool if isinstance(db, Deps) else db
    holdings = await methods.find_holdings(reader, subject_id)
    if holdings is None or not holdings.stands:
        raise errors.identity_not_usable()
    # NIST SP 800-63B-4 section 4.1.2.1: bound at the assurance the person was proven with.
    if holdings.level is not Level.ADVANCED:
        raise errors.advanced_enrolment_required()
    return holdings


@asynccontextmanager
async def changing(deps: Deps, subject_id: str) -> AsyncIterator[Connection]:
    """Open a transaction in which nobody else changes this person's methods."""
    async with deps.pool.acquire() as db, db.transaction():
        await methods.take_turn(db, subject_id)
        yield db


async def record(
    deps: Deps, db: Connection, subject_id: str, kinds: Sequence[FactKind], now: datetime
) -> None:
    """Record facts about authenticators in their transaction: history, notice and event."""
    for kind in kinds:
        make_event = authenticator_event(
            kind, event_id=deps.new_id(), subject_id=subject_id, occurred_at=now
        )
        await record_fact(db, Fact(subject_id, kind, now), deps.new_id, make_event)


async def would_be_last(deps: Deps, subject_id: str, removed: Removable) -> bool:
    """Say whether the person would be left without a way to substantial here."""
    holdings = await methods.find_holdings(deps.pool, subject_id)
    return holdings is not None and is_last_strong(holdings.methods(deps.clock.now()), removed)


def refuse_last(
    holdings: Holdings | None, removed: Removable, now: datetime, *, confirmed: bool
) -> None:
    """Refuse to take the last strong method from somebody who was not warned: 409."""
    if holdings and not confirmed and is_last_strong(holdings.methods(now), removed):
        raise errors.last_strong_method()


async def destroy_methods(
    db: Connection, subject_id: str, new_id: Callable[[], str], now: datetime
) -> None:
    """Destroy everything of somebody who said farewell, in the caller's transaction."""
    removed = await methods.remove_all(db, subject_id)
    kinds = [
        *[FactKind.PASSKEY_REMOVED] * removed["passkeys"],
        *[FactKind.TOTP_REMOVED] * removed["apps"],
        *[FactKind.RECOVERY_CODES_REMOVED] * removed["lists"],
    ]
    for kind in kinds:
        make_event = authenticator_event(
            kind, event_id=new_id(), subject_id=subject_id, occurred_at=now
        )
        # Told already that everything ended: no notice for each part of it.
        fact = Fact(subject_id, kind, now)
        await record_fact(db, fact, new_id, make_event, notice=False)
