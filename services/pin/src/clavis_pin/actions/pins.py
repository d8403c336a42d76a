"""The two things a citizen does with a PIN: ask for one and type it."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from clavis_kit import national_id
from clavis_kit.messages import UndeliverableError
from clavis_kit.metrics import OUTCOMES

from clavis_pin.deps import Deps
from clavis_pin.errors import invalid_national_id
from clavis_pin.rules import pins as rules
from clavis_pin.rules.people import Level
from clavis_pin.rules.pins import Verdict
from clavis_pin.store import pins as store
from clavis_pin.store.pins import Admission, NewPin, Person
from clavis_pin.texts import pin_sms

# Compared against when there is no person, so that the work is the same.
_NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class PinRequest:
    """What the citizen typed, and where the PIN will be used."""

    national_id: str
    contrast: str
    prefix: str
    relying_party: str
    language: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A PIN is on its way."""

    pin_request_id: str
    phone_hint: str
    sent_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Unknown person, wrong datum or an identity that ended: one answer for all."""


@dataclass(frozen=True, slots=True)
class Limited:
    """Too many requests; the next is admitted at `retry_at`."""

    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """The message could not be sent. No PIN came into being."""


RequestOutcome = Sent | Mismatch | Limited | Undeliverable


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """How an attempt ended; the other fields are set where the verdict calls for them."""

    verdict: Verdict
    subject_id: str | None = None
    level: Level | None = None
    attempts_left: int | None = None
    locked_until: datetime | None = None


async def request_pin(deps: Deps, request: PinRequest) -> RequestOutcome:
    """Send a PIN to whoever holds the document. Raises ServiceError for what is no number."""
    outcome = await _request_pin(deps, request)
    OUTCOMES.labels("pin_request", type(outcome).__name__.lower()).inc()
    return outcome


async def _request_pin(deps: Deps, request: PinRequest) -> RequestOutcome:
    try:
        canonical_id = national_id.normalise(request.national_id)
    except national_id.NationalIdError as error:
        raise invalid_national_id() from error
    now = deps.clock.now()
    admission = await store.admit_request(
        deps.pool, deps.keys.national_id.of(canonical_id), deps.new_id(), now, deps.policy
    )
    if not admission.admitted:
        return _limited(deps, admission, now)
    person = _holder(deps, admission.person, canonical_id, request.contrast)
    if person is None:
        return Mismatch()
    if person.locked_until and person.locked_until > now:
        return Limited(person.locked_until)
    return await _send_pin(deps, request, person)


def _limited(deps: Deps, admission: Admission, now: datetime) -> Limited:
    return Limited(rules.retry_at(admission.recent, now, deps.policy) or now)


def _holder(deps: Deps, person: Person | None, canonical_id: str, typed: str) -> Person | None:
    """Return the person if the contrast datum is theirs; the work is the same without a person."""
    contrast = national_id.normalise_contrast(canonical_id, typed) or ""
    expected = person.contrast_hash if person else ""
    actual = deps.keys.contrast.bound(person.subject_id if person else _NOBODY, contrast)
    return person if hmac.compare_digest(actual, expected) else None


async def _send_pin(deps: Deps, request: PinRequest, person: Person) -> RequestOutcome:
    """Send first and store afterwards, so that a PIN which could not be sent never exists."""
    if person.phone is None:
        return Undeliverable()
    pin = rules.pin_from_bytes(deps.random_bytes(rules.PIN_LENGTH))
    pin_request_id = deps.new_id()
    text = pin_sms(
        language=person.language or request.language,
        brand=deps.brand,
        relying_party=request.relying_party,
        pin=pin,
        lifetime=deps.policy.lifetime,
    )
    try:
        await deps.messages.send_sms(person.phone, text, reference=pin_request_id)
    except UndeliverableError:
        return Undeliverable()
    sent_at = deps.clock.now()
    new_pin = NewPin(
        pin_request_id=pin_request_id,
        subject_id=person.subject_id,
        code_hash=_code_hash(deps, pin_request_id, request.prefix + pin),
        sent_at=sent_at,
        expires_at=sent_at + deps.policy.lifetime,
    )
    if not await store.replace_pin(deps.pool, new_pin):
        return Mismatch()
    hint = rules.phone_hint(person.phone)
    return Sent(pin_request_id, hint, new_pin.sent_at, new_pin.expires_at)


def _code_hash(deps: Deps, pin_request_id: str, typed: str) -> str:
    # The request's identifier salts the hash: equal PINs of two requests look different.
    return deps.keys.pepper.bound(pin_request_id, rules.canonical_code(typed))


async def attempt_pin(deps: Deps, pin_request_id: str, typed: str) -> AttemptOutcome:
    """Judge what the citizen typed. A PIN that was replaced has expired."""
    judgement = await store.judge_attempt(
        deps.pool,
        pin_request_id,
        _code_hash(deps, pin_request_id, typed),
        deps.clock.now(),
        deps.policy,
    )
    verdict = judgement.verdict if judgement else Verdict.EXPIRED
    OUTCOMES.labels("pin_attempt", verdict.value).inc()
    if judgement is None:
        return AttemptOutcome(verdict)
    if verdict is Verdict.ACCEPTED:
        return AttemptOutcome(verdict, subject_id=judgement.subject_id, level=judgement.level)
    if verdict is Verdict.WRONG:
        left = rules.attempts_left(judgement.failures, deps.policy)
        return AttemptOutcome(verdict, attempts_left=left)
    if verdict is Verdict.LOCKED:
        return AttemptOutcome(verdict, locked_until=judgement.locked_until)
    return AttemptOutcome(verdict)
