"""Judging a typed password, for a login and for a signature."""

from dataclasses import dataclass
from datetime import date, datetime

from clavis_kit.metrics import OUTCOMES

from clavis_permanent.deps import NOBODY, Deps, decoy_slot, national_id_hash_of
from clavis_permanent.rules import (
    CredentialState,
    Level,
    Verdict,
    credential_state,
    normalise_password,
)
from clavis_permanent.store import credentials
from clavis_permanent.store.credentials import Attempt, Holder, Settled


@dataclass(frozen=True, slots=True)
class LoginOutcome:
    """How a login ended; a wrong one says nothing else, whatever the reason."""

    verdict: Verdict
    subject_id: str | None = None
    level: Level | None = None
    can_use_otp: bool | None = None
    password_expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class CredentialView:
    """What the citizen may see of the password."""

    state: CredentialState
    activated_at: datetime | None = None
    expires_on: date | None = None


async def log_in(deps: Deps, typed_id: str, typed_password: str) -> LoginOutcome:
    """Judge identity number and password. Unknown, inactive, ended and wrong are one answer."""
    id_hash = national_id_hash_of(deps, typed_id)
    holder = await credentials.find_by_national_id(deps.pool, id_hash)
    settled = await _try_password(deps, holder, typed_password, decoy_slot(id_hash))
    OUTCOMES.labels("password_login", settled.verdict.value).inc()
    return _login_outcome(holder, settled.verdict)


def _login_outcome(holder: Holder | None, verdict: Verdict) -> LoginOutcome:
    if holder is None or verdict in (Verdict.WRONG, Verdict.LOCKED):
        return LoginOutcome(verdict)
    if verdict is Verdict.EXPIRED:
        return LoginOutcome(verdict, subject_id=holder.subject_id)
    return LoginOutcome(
        verdict,
        subject_id=holder.subject_id,
        level=holder.level,
        # A second factor raises the level only where the enrolment supports it.
        can_use_otp=holder.level is Level.ADVANCED and holder.has_phone,
        password_expires_on=holder.expires_at.date() if holder.expires_at else None,
    )


async def check_password(deps: Deps, subject_id: str, typed_password: str) -> Verdict:
    """Judge the password of a person already known by a session."""
    holder = await credentials.find_by_subject(deps.pool, subject_id)
    slot = decoy_slot(deps.keys.national_id.of(subject_id))
    settled = await _try_password(deps, holder, typed_password, slot)
    verdict = _check_verdict(holder, settled)
    OUTCOMES.labels("password_check", verdict.value).inc()
    return verdict


def _check_verdict(holder: Holder | None, settled: Settled) -> Verdict:
    if holder is None or not holder.stands or holder.password_hash is None:
        return Verdict.INACTIVE
    if settled.verdict is Verdict.EXPIRED:
        return Verdict.INACTIVE
    return Verdict.LOCKED if settled.blocked else settled.verdict


async def _try_password(deps: Deps, holder: Holder | None, typed: str, slot: int) -> Settled:
    """Run Argon2 in every case, against a dummy where there is nothing to compare with."""
    password = normalise_password(typed)
    subject_id = holder.subject_id if holder else NOBODY
    stored = holder.password_hash if holder and holder.stands else None
    compared = stored or deps.passwords.dummy_hash
    matches = await deps.passwords.matches(compared, subject_id, password) and stored is not None
    new_hash = None
    if matches and deps.passwords.is_outdated(compared):
        new_hash = await deps.passwords.hash(subject_id, password)
    attempt = Attempt(
        subject_id=subject_id,
        password_hash=compared,
        matches=matches,
        new_hash=new_hash,
        decoy_slot=slot,
        at=deps.clock.now(),
    )
    return await credentials.settle_attempt(deps.pool, attempt, deps.policies.password)


async def view_credential(deps: Deps, subject_id: str) -> CredentialView:
    """Tell the citizen where the password stands."""
    holder = await credentials.find_by_subject(deps.pool, subject_id)
    if holder is None or not holder.stands or holder.expires_at is None:
        return CredentialView(CredentialState.INACTIVE)
    state = credential_state(
        exists=holder.password_hash is not None,
        blocked=holder.blocked_at is not None,
        expires_at=holder.expires_at,
        now=deps.clock.now(),
    )
    return CredentialView(state, holder.activated_at, holder.expires_at.date())
