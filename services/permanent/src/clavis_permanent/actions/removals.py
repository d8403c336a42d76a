"""The password removed by its owner: signing rests until there is another."""

from dataclasses import dataclass

from clavis_kit.metrics import OUTCOMES

from clavis_permanent import events
from clavis_permanent.actions.changes import (
    TypedCode,
    WrongCode,
    WrongPassword,
    judge_code,
    prove_password,
)
from clavis_permanent.deps import Deps
from clavis_permanent.events import Occurrence
from clavis_permanent.rules.facts import Fact, FactKind, Proof
from clavis_permanent.store import attempts, credentials
from clavis_permanent.store.facts import record_fact


@dataclass(frozen=True, slots=True)
class Removal:
    """A removal asked for in the portal; a certificate stands for password and code."""

    subject_id: str
    password: str | None
    otp: TypedCode | None
    otp_scope: str


@dataclass(frozen=True, slots=True)
class Removed:
    """There is no password any more."""


@dataclass(frozen=True, slots=True)
class NothingToRemove:
    """There was none."""


RemovalOutcome = Removed | NothingToRemove | WrongPassword | WrongCode


async def remove_own(deps: Deps, removal: Removal) -> RemovalOutcome:
    """Destroy the password and spend the activation code: the way back is a new one."""
    outcome = await _remove_own(deps, removal)
    OUTCOMES.labels("password_removal", type(outcome).__name__.lower()).inc()
    return outcome


async def _remove_own(deps: Deps, removal: Removal) -> RemovalOutcome:
    if removal.password is not None:
        proved = await prove_password(deps, removal.subject_id, removal.password)
        if isinstance(proved, WrongPassword):
            return proved
    subject_id, now = removal.subject_id, deps.clock.now()
    async with deps.pool.acquire() as db, db.transaction():
        if removal.otp is not None:
            refused = await judge_code(deps, db, removal.otp, removal.otp_scope, subject_id)
            if refused is not None:
                return refused
        if not await credentials.remove_password(db, subject_id):
            return NothingToRemove()
        await attempts.spend_code(db, subject_id, now)
        proof = Proof.CERTIFICATE if removal.password is None else Proof.PASSWORD
        fact = Fact(subject_id, FactKind.PASSWORD_REMOVED, now, proof)
        about = Occurrence(deps.new_id(), subject_id, now)
        await record_fact(db, fact, deps.new_id, events.password_removed(about))
    return Removed()
