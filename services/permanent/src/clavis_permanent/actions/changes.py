"""A password replaced by somebody who proves who they are: inside a login, or in the portal."""

from dataclasses import dataclass
from datetime import date, datetime

from clavis_kit.db import Connection
from clavis_kit.metrics import OUTCOMES

from clavis_permanent.actions import codes
from clavis_permanent.actions.codes import OtpAttemptOutcome, OtpOutcome, OtpRequest
from clavis_permanent.actions.logins import TypedPassword, judge_password
from clavis_permanent.actions.new_passwords import (
    Expired,
    InForce,
    Rejected,
    prepare,
    put_in_force,
)
from clavis_permanent.deps import Deps, decoy_slot
from clavis_permanent.passwords import StoredPassword
from clavis_permanent.rules import Action, Level, Verdict
from clavis_permanent.rules.facts import FactKind, Proof
from clavis_permanent.store import changes, credentials
from clavis_permanent.store.changes import Change


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A one-time code as typed, and which one it answers."""

    otp_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """The new password is in force; who they are lets the login go on."""

    subject_id: str
    level: Level
    expires_on: date


@dataclass(frozen=True, slots=True)
class WrongPassword:
    """The present password is not that; `blocked` when it may not be tried any more."""

    blocked: bool


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The one-time code is wrong, used up, or over."""

    verdict: Verdict
    attempts_left: int | None = None


LoginChangeOutcome = Changed | Rejected | WrongCode | Expired
OwnChangeOutcome = InForce | Rejected | WrongPassword | WrongCode | Expired


def change_scope(change_id: str) -> str:
    """Say what a code for a change inside a login is bound to."""
    return f"{Action.PASSWORD_CHANGE}:{change_id}"


async def send_change_otp(
    deps: Deps, change_id: str, relying_party: str, language: str
) -> OtpOutcome | Expired:
    """Send the code that confirms a change inside a login."""
    change = await changes.find_change(deps.pool, change_id, deps.clock.now())
    if change is None:
        return Expired()
    request = OtpRequest(
        subject_id=change.subject_id,
        action=Action.PASSWORD_CHANGE,
        bound_to=change_scope(change_id),
        relying_party=relying_party,
        detail=None,
        language=language,
    )
    return await codes.send_otp(deps, request)


async def change_in_login(
    deps: Deps, change_id: str, code: TypedCode, new_password: str
) -> LoginChangeOutcome:
    """Replace the password just proved at a login, once, if the code confirms it."""
    change = await changes.find_change(deps.pool, change_id, deps.clock.now())
    outcome: LoginChangeOutcome = Expired()
    if change is not None:
        outcome = await _change_in_login(deps, change_id, change, code, new_password)
    OUTCOMES.labels("password_change", type(outcome).__name__.lower()).inc()
    return outcome


async def _change_in_login(
    deps: Deps, change_id: str, change: Change, code: TypedCode, new_password: str
) -> LoginChangeOutcome:
    scope = change_scope(change_id)
    early = await check_code(deps, code, scope, change.subject_id)
    if early is not None:
        return early
    prepared = await prepare(deps, change.subject_id, new_password)
    if isinstance(prepared, Rejected | Expired):
        return prepared
    async with deps.pool.acquire() as db, db.transaction():
        refused = await judge_code(deps, db, code, scope, change.subject_id)
        if refused is not None:
            return refused
        if not await changes.consume_change(db, change_id, deps.clock.now()):
            return Expired()
        how = (FactKind.PASSWORD_CHANGED, Proof.PASSWORD)
        in_force = await put_in_force(deps, db, change.subject_id, prepared, how)
    return Changed(change.subject_id, change.level, in_force.expires_on)


# CWE-204 (observable response discrepancy): what the history of passwords refuses is told only to
# somebody who proved both factors.
async def check_code(deps: Deps, code: TypedCode, scope: str, subject_id: str) -> WrongCode | None:
    """Judge the code before anything else is answered; a right one is consumed by the change."""
    return _refusal(await codes.check_otp(deps, code.otp_id, scope, code.text), subject_id)


async def judge_code(
    deps: Deps, db: Connection, code: TypedCode, scope: str, subject_id: str
) -> WrongCode | None:
    """Consume the code in the caller's transaction; None when it confirms, else why not."""
    return _refusal(await codes.attempt_otp(deps, code.otp_id, scope, code.text, db), subject_id)


def _refusal(judged: OtpAttemptOutcome, subject_id: str) -> WrongCode | None:
    if judged.verdict is Verdict.ACCEPTED and judged.subject_id == subject_id:
        return None
    return WrongCode(judged.verdict, judged.attempts_left)


@dataclass(frozen=True, slots=True)
class OwnChange:
    """A change asked for in the portal. `otp` is None where a certificate stands for it."""

    subject_id: str
    password: str
    new_password: str
    otp: TypedCode | None
    otp_scope: str
    session_id: str | None = None


async def change_own(deps: Deps, change: OwnChange) -> OwnChangeOutcome:
    """Replace the password of a person with a session who types it once more."""
    outcome = await _change_own(deps, change)
    OUTCOMES.labels("password_change", type(outcome).__name__.lower()).inc()
    return outcome


async def _change_own(deps: Deps, change: OwnChange) -> OwnChangeOutcome:
    set_at = await prove_password(deps, change.subject_id, change.password)
    if isinstance(set_at, WrongPassword):
        return set_at
    if change.otp is not None:
        early = await check_code(deps, change.otp, change.otp_scope, change.subject_id)
        if early is not None:
            return early
    prepared = await prepare(deps, change.subject_id, change.new_password)
    if isinstance(prepared, Rejected | Expired):
        return prepared
    return await _replace_own(deps, change, set_at, prepared)


async def _replace_own(
    deps: Deps, change: OwnChange, set_at: datetime, prepared: StoredPassword
) -> OwnChangeOutcome:
    proof = Proof.PASSWORD if change.otp else Proof.CERTIFICATE
    async with deps.pool.acquire() as db, db.transaction():
        if change.otp is not None:
            refused = await judge_code(deps, db, change.otp, change.otp_scope, change.subject_id)
            if refused is not None:
                return refused
        # Of two changes that proved the same password only one replaces it.
        if await credentials.password_set_at(db, change.subject_id) != set_at:
            return Expired()
        how = (FactKind.PASSWORD_CHANGED, proof)
        return await put_in_force(
            deps, db, change.subject_id, prepared, how, session_id=change.session_id
        )


async def prove_password(deps: Deps, subject_id: str, typed: str) -> datetime | WrongPassword:
    """Judge the present password of a person with a session; return since when it is this one.

    One that ended by age still proves who they are: it is about to be replaced or removed.
    """
    holder = await credentials.find_by_subject(deps.pool, subject_id)
    slot = decoy_slot(deps.keys.national_id.of(subject_id))
    settled = await judge_password(deps, holder, TypedPassword(typed, slot))
    OUTCOMES.labels("password_proof", settled.verdict.value).inc()
    accepted = settled.verdict in (Verdict.ACCEPTED, Verdict.EXPIRED)
    if not accepted or holder is None or holder.activated_at is None:
        return WrongPassword(settled.blocked)
    return holder.activated_at


async def recover_own(
    deps: Deps, subject_id: str, new_password: str, proof: Proof
) -> InForce | Rejected | Expired:
    """Replace a forgotten or blocked password of a person whose session proves who they are."""
    holder = await credentials.find_by_subject(deps.pool, subject_id)
    if holder is None or holder.password is None:
        return Expired()
    prepared = await prepare(deps, subject_id, new_password)
    if isinstance(prepared, Rejected | Expired):
        return prepared
    async with deps.pool.acquire() as db, db.transaction():
        if await credentials.password_set_at(db, subject_id) != holder.activated_at:
            return Expired()
        how = (FactKind.PASSWORD_RECOVERED, proof)
        return await put_in_force(deps, db, subject_id, prepared, how)
