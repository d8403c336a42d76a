"""Judging a typed password, for a login, a signature, and what the person changes."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from clavis_kit.errors import Overloaded
from clavis_kit.metrics import OUTCOMES

from clavis_permanent import events
from clavis_permanent.deps import NOBODY, Deps, decoy_slot, national_id_hash_of, visit_from
from clavis_permanent.events import Occurrence
from clavis_permanent.rules import (
    CredentialState,
    Level,
    Verdict,
    credential_state,
    normalise_password,
)
from clavis_permanent.rules.methods import SecondFactor, usable_second_factors
from clavis_permanent.store import credentials, logins
from clavis_permanent.store.credentials import Holder
from clavis_permanent.store.logins import Attempt, BlockTrace, Permission, Settled

# How often an attempt is judged again because the person's stream of events moved on meanwhile.
_OVERTAKEN_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class LoginOutcome:
    """How a login ended; a wrong one says nothing else, whatever the reason.

    `change_id` allows the password to be replaced inside the login: it ended, or soon does.
    """

    verdict: Verdict
    subject_id: str | None = None
    level: Level | None = None
    can_use_otp: bool | None = None
    second_factors: tuple[SecondFactor, ...] | None = None
    password_expires_on: date | None = None
    change_id: str | None = None


@dataclass(frozen=True, slots=True)
class CredentialView:
    """What the citizen may see of the password."""

    state: CredentialState
    activated_at: datetime | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class LoginLimited:
    """Too many attempts from this network, whoever's; the next is judged at `retry_at`."""

    retry_at: datetime


async def log_in(
    deps: Deps, typed_id: str, typed_password: str, source: str | None
) -> LoginOutcome | LoginLimited:
    """Judge identity number and password.

    Unknown, inactive, ended, frozen, blocked and wrong are one answer for one amount of work.
    """
    id_hash = national_id_hash_of(deps, typed_id)
    found = await credentials.find_by_national_id(deps.pool, id_hash, visit_from(deps, source))
    if found.full_until is not None:
        OUTCOMES.labels("password_login", "limited").inc()
        return LoginLimited(found.full_until)
    holder = found.holder
    change_id = deps.new_id()
    typed = TypedPassword(typed_password, decoy_slot(id_hash), change_id)
    settled = await judge_password(deps, holder, typed)
    OUTCOMES.labels("password_login", settled.verdict.value).inc()
    return _login_outcome(deps, holder, settled, change_id)


def _login_outcome(
    deps: Deps, holder: Holder | None, settled: Settled, change_id: str
) -> LoginOutcome:
    if holder is None or settled.verdict is Verdict.WRONG:
        return LoginOutcome(Verdict.WRONG)
    permitted = change_id if settled.may_change else None
    if settled.verdict is Verdict.EXPIRED:
        return LoginOutcome(settled.verdict, subject_id=holder.subject_id, change_id=permitted)
    usable = usable_second_factors(
        holder.level,
        holder.factors,
        phone=holder.has_phone,
        total_failures=deps.authenticators.second_factors.total_failures,
        now=deps.clock.now(),
    )
    return LoginOutcome(
        settled.verdict,
        subject_id=holder.subject_id,
        level=holder.level,
        can_use_otp=SecondFactor.SMS in usable,
        second_factors=usable,
        password_expires_on=holder.expires_at.date() if holder.expires_at else None,
        change_id=permitted,
    )


async def check_password(deps: Deps, subject_id: str, typed_password: str) -> Verdict:
    """Judge the password of a person already known by a session."""
    holder = await credentials.find_by_subject(deps.pool, subject_id)
    slot = decoy_slot(deps.keys.national_id.of(subject_id))
    settled = await judge_password(deps, holder, TypedPassword(typed_password, slot))
    verdict = _check_verdict(holder, settled)
    OUTCOMES.labels("password_check", verdict.value).inc()
    return verdict


def _check_verdict(holder: Holder | None, settled: Settled) -> Verdict:
    if holder is None or not holder.stands or holder.password is None:
        return Verdict.INACTIVE
    if settled.verdict is Verdict.EXPIRED:
        return Verdict.INACTIVE
    return Verdict.LOCKED if settled.blocked else settled.verdict


@dataclass(frozen=True, slots=True)
class TypedPassword:
    """What was typed, the decoy written where there is no password, and the change it may open."""

    text: str
    decoy_slot: int
    change_id: str | None = None


async def judge_password(deps: Deps, holder: Holder | None, typed: TypedPassword) -> Settled:
    """Run Argon2 in every case, against a dummy where there is nothing to compare with."""
    password = normalise_password(typed.text)
    subject_id = holder.subject_id if holder else NOBODY
    stored = holder.password if holder and holder.stands else None
    compared = stored or deps.passwords.dummy
    matches = await deps.passwords.matches(compared, subject_id, password) and stored is not None
    renewed = None
    if matches and deps.passwords.is_outdated(compared):
        renewed = await deps.passwords.hash(subject_id, password)
    now = deps.clock.now()
    attempt = Attempt(
        subject_id=subject_id,
        compared=compared,
        matches=matches,
        renewed=renewed,
        decoy_slot=typed.decoy_slot,
        at=now,
        block=_block_trace(deps, subject_id, holder.version if holder else 0, now),
        permission=_permission(deps, typed, now),
    )
    return await _settle(deps, attempt)


def _block_trace(deps: Deps, subject_id: str, version: int, now: datetime) -> BlockTrace:
    # Made for every attempt, used by the one that blocks: the work is the same for all.
    about = Occurrence(deps.new_id(), subject_id, now)
    return BlockTrace(events.password_blocked(about)(version + 1), deps.new_id())


def _permission(deps: Deps, typed: TypedPassword, now: datetime) -> Permission | None:
    if typed.change_id is None:
        return None
    lasts: timedelta = deps.policies.password.time_to_change
    return Permission(typed.change_id, now + lasts)


async def _settle(deps: Deps, attempt: Attempt) -> Settled:
    policy = deps.policies.password
    for _ in range(_OVERTAKEN_AT_MOST):
        settled = await logins.settle_attempt(deps.pool, attempt, policy)
        if not settled.overtaken:
            return settled
        holder = await credentials.find_by_subject(deps.pool, attempt.subject_id)
        version = holder.version if holder else 0
        block = _block_trace(deps, attempt.subject_id, version, attempt.at)
        attempt = replace(attempt, block=block)
    raise Overloaded


async def view_credential(deps: Deps, subject_id: str) -> CredentialView:
    """Tell the citizen where the password stands."""
    holder = await credentials.find_by_subject(deps.pool, subject_id)
    if holder is None or holder.expires_at is None or not (holder.stands or holder.frozen):
        return CredentialView(CredentialState.INACTIVE)
    state = credential_state(
        exists=holder.password is not None,
        blocked=holder.blocked_at is not None,
        expires_at=holder.expires_at,
        now=deps.clock.now(),
        frozen=holder.frozen,
    )
    return CredentialView(state, holder.activated_at, holder.expires_at.date())
