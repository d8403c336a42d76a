"""One-time codes by SMS that confirm a login or a signature."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.messages import UndeliverableError
from clavis_kit.metrics import OUTCOMES

from clavis_permanent import rules
from clavis_permanent.deps import Deps
from clavis_permanent.rules import Action, Level, Unavailable, Verdict
from clavis_permanent.rules.codes import NEEDS_ADVANCED
from clavis_permanent.store import otps
from clavis_permanent.store.facts import Executor
from clavis_permanent.store.otps import Judgement, NewOtp, Slot
from clavis_permanent.texts import otp_sms


@dataclass(frozen=True, slots=True)
class OtpRequest:
    """Who confirms what; `bound_to` names the transaction and is never stored."""

    subject_id: str
    action: Action
    bound_to: str
    relying_party: str
    detail: str | None
    language: str


@dataclass(frozen=True, slots=True)
class OtpSent:
    """A code is on its way."""

    otp_id: str
    phone_hint: str
    expires_at: datetime
    resend_at: datetime


@dataclass(frozen=True, slots=True)
class OtpLimited:
    """Too soon or too many; the next may be sent at `resend_at`."""

    resend_at: datetime


@dataclass(frozen=True, slots=True)
class OtpUnavailable:
    """No code can reach this person."""

    reason: Unavailable


OtpOutcome = OtpSent | OtpLimited | OtpUnavailable


@dataclass(frozen=True, slots=True)
class OtpAttemptOutcome:
    """How an attempt ended."""

    verdict: Verdict
    subject_id: str | None = None
    attempts_left: int | None = None


async def send_otp(deps: Deps, request: OtpRequest) -> OtpOutcome:
    """Send a code that only confirms this action in this transaction."""
    outcome = await _send_otp(deps, request)
    OUTCOMES.labels("otp_send", type(outcome).__name__.lower()).inc()
    return outcome


async def _send_otp(deps: Deps, request: OtpRequest) -> OtpOutcome:
    now = deps.clock.now()
    code = rules.otp_from_number(deps.random_below(10**rules.OTP_DIGITS))
    otp_id = deps.new_id()
    otp = NewOtp(
        otp_id=otp_id,
        subject_id=request.subject_id,
        action=request.action,
        otp_hash=deps.keys.otp.bound(_scope(otp_id, request.bound_to), code),
        now=now,
    )
    # The place is taken before the message leaves: parallel requests cannot send two codes.
    slot = await otps.reserve_otp(deps.pool, otp, deps.policies.otp)
    if slot is None:
        return OtpUnavailable(Unavailable.UNDELIVERABLE)
    if slot.level is not Level.ADVANCED and request.action in NEEDS_ADVANCED:
        return OtpUnavailable(Unavailable.BASIC_LEVEL)
    if slot.phone is None:
        return OtpUnavailable(Unavailable.NO_PHONE)
    if not slot.admitted:
        return OtpLimited(rules.resend_at(slot.sends, now, deps.policies.otp) or now)
    return await _deliver(deps, request, otp, slot, slot.phone, code)


async def _deliver(
    deps: Deps, request: OtpRequest, otp: NewOtp, slot: Slot, phone: str, code: str
) -> OtpOutcome:
    policy = deps.policies.otp
    text = otp_sms(
        language=slot.language or request.language,
        brand=deps.brand,
        otp=code,
        action=request.action,
        relying_party=request.relying_party,
        detail=request.detail,
        lifetime=policy.lifetime,
        domain=deps.otp_domain,
    )
    try:
        await deps.messages.send_sms(phone, text, reference=otp.otp_id)
    except UndeliverableError:
        await otps.void_otp(deps.pool, otp.otp_id, otp.now)
        return OtpUnavailable(Unavailable.UNDELIVERABLE)
    resend_at = rules.resend_at(slot.sends, otp.now, policy) or otp.now + policy.resend_after
    return OtpSent(otp.otp_id, rules.phone_hint(phone), otp.now + policy.lifetime, resend_at)


def _scope(otp_id: str, bound_to: str) -> str:
    """Say what a code is bound to: for another transaction it is simply wrong."""
    return f"{otp_id}:{len(bound_to)}:{bound_to}"


async def attempt_otp(
    deps: Deps, otp_id: str, bound_to: str, typed: str, db: "Executor | None" = None
) -> OtpAttemptOutcome:
    """Judge a typed code and, if right, consume it. One that was replaced has expired.

    With `db` it happens in the caller's transaction.
    """
    judgement = await _judge(deps, db or deps.pool, (otp_id, bound_to, typed), consume=True)
    outcome = _attempt_outcome(deps, judgement)
    OUTCOMES.labels("otp_attempt", outcome.verdict.value).inc()
    return outcome


async def check_otp(deps: Deps, otp_id: str, bound_to: str, typed: str) -> OtpAttemptOutcome:
    """Judge a typed code as an attempt does, but leave a right one to be consumed by its use."""
    judgement = await _judge(deps, deps.pool, (otp_id, bound_to, typed), consume=False)
    outcome = _attempt_outcome(deps, judgement)
    OUTCOMES.labels("otp_check", outcome.verdict.value).inc()
    return outcome


async def _judge(
    deps: Deps, db: Executor, attempt: tuple[str, str, str], *, consume: bool
) -> Judgement | None:
    otp_id, bound_to, typed = attempt
    hashes = deps.keys.otp.candidates(_scope(otp_id, bound_to), rules.canonical_otp(typed))
    now, policy = deps.clock.now(), deps.policies.otp
    return await otps.judge_otp(db, otp_id, hashes, now, policy, consume=consume)


def _attempt_outcome(deps: Deps, judgement: Judgement | None) -> OtpAttemptOutcome:
    verdict = judgement.verdict if judgement else Verdict.EXPIRED
    if judgement is None:
        return OtpAttemptOutcome(verdict)
    if verdict is Verdict.ACCEPTED:
        return OtpAttemptOutcome(verdict, subject_id=judgement.subject_id)
    if verdict is Verdict.WRONG:
        left = max(0, deps.policies.otp.max_tries - judgement.failures)
        return OtpAttemptOutcome(verdict, attempts_left=left)
    return OtpAttemptOutcome(verdict)
