"""Activating the password: what the receipt says, a code to the phone, a password."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime

from clavis_kit.messages import UndeliverableError
from clavis_kit.metrics import OUTCOMES
from clavis_kit.outbox import record_event

from clavis_permanent import events, rules
from clavis_permanent.deps import NOBODY, Deps, decoy_slot, national_id_hash_of
from clavis_permanent.rules import Fault, Verdict
from clavis_permanent.store import activations, attempts, credentials
from clavis_permanent.store.activations import NewActivation, Proved
from clavis_permanent.store.attempts import Candidate
from clavis_permanent.texts import activation_sms


@dataclass(frozen=True, slots=True)
class ActivationRequest:
    """What the citizen typed."""

    national_id: str
    email: str
    activation_code: str
    language: str


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


@dataclass(frozen=True, slots=True)
class Activated:
    """The password is in force until this day."""

    expires_on: date


@dataclass(frozen=True, slots=True)
class Rejected:
    """The password does not meet the policy; the activation stands, try another."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Expired:
    """The activation is over: begin again."""


PasswordOutcome = Activated | Rejected | Expired


async def start_activation(deps: Deps, request: ActivationRequest) -> ActivationOutcome:
    """Send a one-time code to the phone of whoever shows what the receipt says."""
    outcome = await _start_activation(deps, request)
    OUTCOMES.labels("activation_start", type(outcome).__name__.lower()).inc()
    return outcome


async def _start_activation(deps: Deps, request: ActivationRequest) -> ActivationOutcome:
    id_hash = national_id_hash_of(deps, request.national_id)
    now = deps.clock.now()
    policy = deps.policies.activation
    admission = await attempts.admit_attempt(deps.pool, id_hash, deps.new_id(), now, policy)
    if not admission.admitted:
        return Limited(rules.next_attempt_at(admission.recent, now, policy))
    candidate = admission.candidate
    has_email, has_code = _shown(deps, candidate, request)
    if candidate is None or not (has_email and has_code):
        # Without the right e-mail a wrong code does not count: a stranger who knows only the
        # identity number must not be able to block it.
        blamed = candidate.subject_id if candidate and has_email else None
        await attempts.count_code_failure(deps.pool, blamed, decoy_slot(id_hash))
        return Mismatch()
    return await _send_code(deps, request, candidate, now)


def _shown(
    deps: Deps, candidate: Candidate | None, request: ActivationRequest
) -> tuple[bool, bool]:
    """Compare both data in every case; the work is the same without a person."""
    email = deps.keys.pepper.email.of(rules.canonical_email(request.email))
    code = deps.keys.activation_code.bound(
        candidate.subject_id if candidate else NOBODY,
        rules.canonical_activation_code(request.activation_code),
    )
    return (
        hmac.compare_digest(email, candidate.email_hash if candidate else ""),
        hmac.compare_digest(code, candidate.code_hash if candidate else ""),
    )


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
        otp_hash=_otp_hash(deps, activation_id, otp),
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


def _otp_hash(deps: Deps, activation_id: str, typed: str) -> str:
    return deps.keys.pepper.otp.bound(activation_id, rules.canonical_otp(typed))


async def prove_phone(deps: Deps, activation_id: str, typed: str) -> PhoneProof:
    """Judge the code the citizen received. One that was replaced has expired."""
    policy = deps.policies.otp
    judgement = await activations.judge_otp(
        deps.pool,
        activation_id,
        _otp_hash(deps, activation_id, typed),
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
    outcome = await _choose_password(deps, activation_id, rules.normalise_password(typed))
    OUTCOMES.labels("activation_password", type(outcome).__name__.lower()).inc()
    return outcome


async def _choose_password(deps: Deps, activation_id: str, password: str) -> PasswordOutcome:
    proved = await activations.find_proved(deps.pool, activation_id, deps.clock.now())
    if proved is None:
        return Expired()
    faults = await _faults(deps, proved, password)
    if faults:
        return Rejected(faults)
    password_hash = await deps.passwords.hash(proved.subject_id, password)
    return await _put_in_force(deps, activation_id, proved.subject_id, password_hash)


async def _faults(deps: Deps, proved: Proved, password: str) -> tuple[Fault, ...]:
    policy, words, keyed = deps.policies.password, proved.forbidden_words, deps.keys.name.of
    faults = await deps.passwords.off_loop(
        lambda: rules.password_faults(password, policy, words, keyed)
    )
    if faults or proved.former_hash is None:
        return faults
    same = await deps.passwords.matches(proved.former_hash, proved.subject_id, password)
    return (Fault.SAME_AS_PREVIOUS,) if same else ()


async def _put_in_force(
    deps: Deps, activation_id: str, subject_id: str, password_hash: str
) -> PasswordOutcome:
    now = deps.clock.now()
    expires_at = now + deps.policies.password.lifetime
    async with deps.pool.acquire() as connection, connection.transaction():
        if not await activations.consume_activation(connection, activation_id, now):
            return Expired()
        version, replaced = await credentials.set_password(
            connection, subject_id, password_hash, now, expires_at
        )
        event = events.password_set(
            event_id=deps.new_id(),
            subject_id=subject_id,
            version=version,
            occurred_at=now,
            expires_at=expires_at,
            replaced=replaced,
        )
        await record_event(connection, event)
    return Activated(expires_at.date())
