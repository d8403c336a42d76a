"""A new password: checked against the policy, then put in force with its trace."""

from dataclasses import dataclass
from datetime import date, datetime

from clavis_kit.db import Connection

from clavis_permanent import events, rules
from clavis_permanent.deps import Deps
from clavis_permanent.events import Occurrence
from clavis_permanent.passwords import StoredPassword
from clavis_permanent.rules import Fault
from clavis_permanent.rules.facts import Fact, FactKind, Proof
from clavis_permanent.store import credentials
from clavis_permanent.store.credentials import Constraints, NewPassword
from clavis_permanent.store.facts import record_fact


@dataclass(frozen=True, slots=True)
class Rejected:
    """The password does not meet the policy; try another."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class InForce:
    """The password is in force until this day."""

    expires_on: date


@dataclass(frozen=True, slots=True)
class Expired:
    """What allowed the new password is over: begin again."""


async def prepare(deps: Deps, subject_id: str, typed: str) -> StoredPassword | Rejected | Expired:
    """Check a typed new password and hash it; nothing is stored yet."""
    history = deps.policies.password.history
    constraints = await credentials.find_constraints(deps.pool, subject_id, history)
    if constraints is None:
        return Expired()
    password = rules.normalise_password(typed)
    faults = await _faults(deps, constraints, password)
    if faults:
        return Rejected(faults)
    return await deps.passwords.hash(subject_id, password)


async def _faults(deps: Deps, constraints: Constraints, password: str) -> tuple[Fault, ...]:
    faults = await deps.passwords.off_loop(lambda: _policy_faults(deps, constraints, password))
    if faults:
        return faults
    for former in constraints.former:
        if await deps.passwords.matches(former, constraints.subject_id, password):
            return (Fault.SAME_AS_PREVIOUS,)
    return ()


def _policy_faults(deps: Deps, constraints: Constraints, password: str) -> tuple[Fault, ...]:
    faults = rules.password_faults(
        password, deps.policies.password, constraints.forbidden_words, deps.keys.name.of
    )
    if Fault.TOO_LONG not in faults and deps.breached.lists(password):
        faults += (Fault.BREACHED,)
    return faults


async def put_in_force(
    deps: Deps,
    db: Connection,
    subject_id: str,
    stored: StoredPassword,
    how: tuple[FactKind, Proof],
    *,
    session_id: str | None = None,
) -> InForce:
    """Store a prepared password with its event, notice and history, in the caller's transaction.

    `how` is what the history says of it; the first password of a person is always an activation.
    `session_id` names the session of the change: the only one of the former password to go on.
    """
    now: datetime = deps.clock.now()
    policy = deps.policies.password
    new = NewPassword(subject_id, stored, now, now + policy.lifetime)
    replaced = await credentials.set_password(db, new, policy.history)
    kind, proof = how
    fact = Fact(subject_id, kind if replaced else FactKind.PASSWORD_ACTIVATED, now, proof)
    about = Occurrence(deps.new_id(), subject_id, now)
    event = events.password_set(about, new.expires_at, replaced=replaced, session_id=session_id)
    await record_fact(db, fact, deps.new_id, event)
    return InForce(new.expires_at.date())
