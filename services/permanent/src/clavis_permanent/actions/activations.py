"""Activating the password: what the receipt says, a code to the phone, a password."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from clavis_kit.messages import UndeliverableError
from clavis_kit.metrics import OUTCOMES
from clavis_kit.outbox import record_event

from clavis_permanent import events, rules
from clavis_permanent.actions.new_passwords import (
    Expired,
    InForce,
    Rejected,
    prepare,
    put_in_force,
)
from clavis_permanent.deps import NOBODY, Deps, decoy_slot, national_id_hash_of, visit_from
from clavis_permanent.events import Occurrence
from clavis_permanent.rules import Verdict
from clavis_permanent.rules.facts import Fact, FactKind, Proof
from clavis_permanent.store import activations, attempts
from clavis_permanent.store.activations import NewActivation
from clavis_permanent.store.attempts import Candidate, CodeFailure
from clavis_permanent.store.facts import next_version, record_fact
from clavis_permanent.texts import activation_sms


@dataclass(frozen=True, slots=True)
class ActivationRequest:
    """What the citizen typed; who recovers a forgotten password shows no e-mail address."""

    national_id: str
    email: str | None
    activation_code: str
    language: str
    source: str | None = None

    @property
    def recovery(self) -> bool:
        """Say whether a forgotten password is to be replaced."""
        return self.email is None


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A one-time code is on its way to the phone."""

    activation_id: str
    phone_hint: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Unknown person, wrong e-mail, wrong or blocked code: one answer for all."""


@dataclass(frozen=True, slots=True)
class Limited:
    """Too soon or too many; the next attempt is admitted at `retry_at`."""

    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """There is no phone, or the message could not be sent."""


ActivationOutcome = CodeSent | Mismatch | Limited | Undeliverable


@dataclass(frozen=True, slots=True)
class PhoneProof:
    """How an attempt at the one-time code ended."""

    verdict: Verdict
    attempts_left: int | None = None


PasswordOutcome = InForce | Rejected | Expired


async def start_activation(deps: Deps, request: ActivationRequest) -> ActivationOutcome:
    """Send a one-time code to the phone of whoever shows what the receipt says."""
    outcome = await _start_activation(deps, request)
    OUTCOMES.labels("activation_start", type(outcome).__name__.lower()).inc()
    return outcome


async def _start_activation(deps: Deps, request: ActivationRequest) -> ActivationOutcome:
    id_hash = national_id_hash_of(deps, request.national_id)
    now = deps.clock.now()
    policy = deps.policies.activation
    visit = visit_from(deps, request.source)
    admission = await attempts.admit_attempt(deps.pool, id_hash, visit, policy)
    if admission.source_full_until is not None:
        return Limited(admission.source_full_until)
    if not admission.admitted:
        return Limited(rules.next_attempt_at(admission.recent, now, policy))
    candidate = admission.candidate
    has_email, has_code = _shown(deps, candidate, request)
    if candidate is None or not (has_email and has_code):
        # Without the right e-mail a wrong code does not count: a stranger who knows only the
        # identity number must not be able to block it.
        blamed = candidate.subject_id if candidate and has_email else None
        failure = CodeFailure(blamed, decoy_slot(id_hash), request.recovery, now)
        await _count_failure(deps, failure)
        return Mismatch()
    if request.recovery and not candidate.has_password:
        return Mismatch()
    return await _send_code(deps, request, candidate, now)


def _shown(
    deps: Deps, candidate: Candidate | None, request: ActivationRequest
) -> tuple[bool, bool]:
    """Compare both data in every case; the work is the same without a person."""
    known = (candidate.email if candidate else None) or ""
    typed = rules.canonical_email(request.email or "")
    code = deps.keys.activation_code.bound(
        candidate.subject_id if candidate else NOBODY,
        rules.canonical_activation_code(request.activation_code),
    )
    has_email = hmac.compare_digest(typed.encode(), known.encode()) and bool(known)
    return (
        has_email or request.recovery,
        hmac.compare_digest(code, candidate.code_hash if candidate else ""),
    )


async def _count_failure(deps: Deps, failure: CodeFailure) -> None:
    policy = deps.policies.activation
    limit = policy.max_recovery_failures if failure.recovery else policy.max_code_failures
    async with deps.pool.acquire() as db, db.transaction():
        blocked = await attempts.count_code_failure(db, failure, limit)
        if blocked and failure.subject_id is not None:
            fact = Fact(failure.subject_id, FactKind.ACTIVATION_CODE_BLOCKED, failure.at)
            about = Occurrence(deps.new_id(), failure.subject_id, failure.at)
            await record_fact(db, fact, deps.new_id, events.activation_code_blocked(about))


async def _send_code(
    deps: Deps, request: ActivationRequest, candidate: Candidate, now: datetime
) -> ActivationOutcome:
    if candidate.phone is None:
        return Undeliverable()
    otp = rules.otp_from_number(deps.random_below(10**rules.OTP_DIGITS))
    activation_id = deps.new_id()
    activation = NewActivation(
        activation_id=activation_id,
        subject_id=candidate.subject_id,
        code_hash=candidate.code_hash,
        otp_hash=deps.keys.otp.bound(activation_id, otp),
        recovery=request.recovery,
        now=now,
    )
    policies = deps.policies
    # The place is taken before the message leaves: parallel requests cannot send two codes.
    placed = await activations.place_activation(
        deps.pool, activation, policies.otp, policies.activation
    )
    if placed is None:
        return Mismatch()
    if not placed.admitted:
        return Limited(rules.resend_at(placed.sends, now, policies.otp) or now)
    return await _deliver(deps, request, candidate, candidate.phone, activation, otp)


async def _deliver(
    deps: Deps,
    request: ActivationRequest,
    candidate: Candidate,
    phone: str,
    activation: NewActivation,
    otp: str,
) -> ActivationOutcome:
    lifetime = deps.policies.otp.lifetime
    text = activation_sms(
        recovery=request.recovery,
        language=candidate.language or request.language,
        brand=deps.brand,
        otp=otp,
        lifetime=lifetime,
        domain=deps.otp_domain,
    )
    try:
        await deps.messages.send_sms(phone, text, reference=activation.activation_id)
    except UndeliverableError:
        await activations.void_activation(deps.pool, activation.activation_id, activation.now)
        return Undeliverable()
    hint = rules.phone_hint(phone)
    return CodeSent(activation.activation_id, hint, activation.now + lifetime)


async def prove_phone(deps: Deps, activation_id: str, typed: str) -> PhoneProof:
    """Judge the code the citizen received. One that was replaced has expired."""
    policy = deps.policies.otp
    judgement = await activations.judge_otp(
        deps.pool,
        activation_id,
        deps.keys.otp.candidates(activation_id, rules.canonical_otp(typed)),
        deps.clock.now(),
        policy,
        deps.policies.activation.time_to_choose,
    )
    verdict = judgement.verdict if judgement else Verdict.EXPIRED
    OUTCOMES.labels("activation_otp", verdict.value).inc()
    if judgement is not None and verdict is Verdict.WRONG:
        return PhoneProof(verdict, max(0, policy.max_tries - judgement.failures))
    return PhoneProof(verdict)


async def choose_password(deps: Deps, activation_id: str, typed: str) -> PasswordOutcome:
    """Put a password in force if it meets the policy, once for each activation."""
    outcome = await _choose_password(deps, activation_id, typed)
    OUTCOMES.labels("activation_password", type(outcome).__name__.lower()).inc()
    return outcome


async def _choose_password(deps: Deps, activation_id: str, typed: str) -> PasswordOutcome:
    proved = await activations.find_proved(deps.pool, activation_id, deps.clock.now())
    if proved is None:
        return Expired()
    prepared = await prepare(deps, proved.subject_id, typed)
    if isinstance(prepared, Rejected | Expired):
        return prepared
    kind = FactKind.PASSWORD_RECOVERED if proved.recovery else FactKind.PASSWORD_CHANGED
    async with deps.pool.acquire() as db, db.transaction():
        now = deps.clock.now()
        if not await activations.consume_activation(db, activation_id, now):
            return Expired()
        how = (kind, Proof.ACTIVATION_CODE)
        in_force = await put_in_force(deps, db, proved.subject_id, prepared, how)
        if await attempts.use_code(db, proved.subject_id, now):
            about = Occurrence(deps.new_id(), proved.subject_id, now)
            version = await next_version(db, proved.subject_id)
            await record_event(db, events.activation_code_used(about)(version))
    return in_force
