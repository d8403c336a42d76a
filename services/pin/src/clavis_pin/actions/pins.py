"""What a citizen does with a PIN: ask for one, see it in the app and type it."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from clavis_kit import national_id
from clavis_kit.messages import UndeliverableError
from clavis_kit.metrics import OUTCOMES
from clavis_kit.networks import network_of

from clavis_pin.actions import app_notices
from clavis_pin.actions.outcomes import (
    AttemptOutcome,
    Limited,
    Mismatch,
    RequestOutcome,
    Sent,
    Undeliverable,
    WaitingPin,
)
from clavis_pin.deps import Deps
from clavis_pin.errors import invalid_national_id
from clavis_pin.rules import pins as rules
from clavis_pin.rules.pins import Channel, Verdict
from clavis_pin.store import pins as store
from clavis_pin.store import quotas
from clavis_pin.store.pins import Pin, Placed, Placing
from clavis_pin.store.quotas import Admission, Asking, Person
from clavis_pin.texts import pin_sms

# Compared against when there is no person, so that the work is the same.
_NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class PinRequest:
    """What the citizen typed, where the PIN will be used and where the request came from.

    `source` is the citizen's network address; without one the limit by source does not count.
    """

    national_id: str
    contrast: str
    prefix: str
    relying_party: str
    language: str
    channel: Channel | None = None
    source: str | None = None


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
    asking = _asking(deps, request, canonical_id)
    admission = await quotas.admit_request(deps.pool, asking, deps.policy)
    if not admission.admitted:
        return _limited(deps, admission, asking.at)
    person = _holder(deps, admission.person, canonical_id, request.contrast)
    if person is None:
        return Mismatch()
    if person.locked_until and person.locked_until > asking.at:
        return Limited(person.locked_until)
    if rules.channel_of(request.channel, person.device_id) is Channel.APP:
        return await _show_in_app(deps, request, person)
    return await _send(deps, request, person, asking)


def _asking(deps: Deps, request: PinRequest, canonical_id: str) -> Asking:
    network = network_of(request.source, deps.networks)
    key = deps.keys.national_id
    return Asking(
        ticket=deps.new_id(),
        national_id_hash=key.of(canonical_id),
        source_hash=key.bound("source", network) if network else None,
        at=deps.clock.now(),
    )


def _limited(deps: Deps, admission: Admission, now: datetime) -> Limited:
    OUTCOMES.labels("pin_limit", "source" if admission.source_full_until else "person").inc()
    until = admission.source_full_until or rules.retry_at(admission.recent, now, deps.policy)
    return Limited(until or now)


def _holder(deps: Deps, person: Person | None, canonical_id: str, typed: str) -> Person | None:
    """Return the person if the contrast datum is theirs; the work is the same without a person."""
    contrast = national_id.normalise_contrast(canonical_id, typed) or ""
    expected = person.contrast_hash if person else ""
    actual = deps.keys.contrast.bound(person.subject_id if person else _NOBODY, contrast)
    return person if hmac.compare_digest(actual, expected) else None


async def _show_in_app(deps: Deps, request: PinRequest, person: Person) -> RequestOutcome:
    """Store a PIN that can be made again from its key and its id, for the app to show."""
    pin = _new_pin(deps, request, person, Channel.APP, None)
    placed = await store.place_pin(deps.pool, Placing(pin, "", 0), deps.policy)
    if not placed.stored:
        return Mismatch()
    seconds = int(deps.policy.lifetime.total_seconds())
    app_notices.announce(deps, person.subject_id, app_notices.PIN, seconds)
    return Sent(pin.pin_request_id, Channel.APP, None, pin.sent_at, pin.expires_at)


def _app_pin(deps: Deps, pepper_id: str, pin_request_id: str) -> str:
    # NIST SP 800-108: a key derives what its label and context name. Nothing has to be stored.
    derived = deps.keys.pepper.bound(pepper_id, "app-pin", pin_request_id)
    return rules.pin_from_bytes(bytes.fromhex(derived))


async def _send(deps: Deps, request: PinRequest, person: Person, asking: Asking) -> RequestOutcome:
    """Store the PIN, send it, and take it back if it could not be sent.

    Nobody can type a PIN before it was sent: only the answer to this request names it.
    """
    other_ways = (Channel.APP,) if person.device_id else ()
    if person.phone is None:
        return Undeliverable(other_ways)
    secret = rules.pin_from_bytes(deps.random_bytes(rules.PIN_LENGTH))
    pin = _new_pin(deps, request, person, Channel.SMS, secret)
    phone_hash = deps.keys.national_id.bound("phone", person.phone)
    slot = deps.random_bytes(1)[0] % store.BUDGET_SLOTS
    placing = Placing(pin, phone_hash, slot)
    placed = await store.place_pin(deps.pool, placing, deps.policy)
    if not placed.stored:
        return _not_placed(deps, placed, pin.sent_at)
    try:
        await _send_sms(deps, request, person, pin.pin_request_id, secret)
    except UndeliverableError:
        await quotas.take_back(deps.pool, placing, asking, placed.earlier)
        return Undeliverable(other_ways)
    hint = rules.phone_hint(person.phone)
    return Sent(pin.pin_request_id, Channel.SMS, hint, pin.sent_at, pin.expires_at)


def _new_pin(
    deps: Deps,
    request: PinRequest,
    person: Person,
    channel: Channel,
    secret: str | None,
) -> Pin:
    """Make the PIN of a secret, or of one that its key and its id make again."""
    pin_request_id = deps.new_id()
    sent_at = deps.clock.now()
    pepper_id = deps.keys.pepper.writer(sent_at)
    secret = secret or _app_pin(deps, pepper_id, pin_request_id)
    typed = rules.canonical_code(request.prefix + secret)
    return Pin(
        pin_request_id=pin_request_id,
        subject_id=person.subject_id,
        # The request's identifier salts the hash: equal PINs of two requests look different.
        code_hash=deps.keys.pepper.bound(pepper_id, pin_request_id, typed),
        pepper_id=pepper_id,
        channel=channel,
        sent_at=sent_at,
        expires_at=sent_at + deps.policy.lifetime,
        relying_party=request.relying_party if channel is Channel.APP else None,
    )


def _not_placed(deps: Deps, placed: Placed, now: datetime) -> RequestOutcome:
    if not placed.usable:
        return Mismatch()
    if not placed.within_budget:
        OUTCOMES.labels("pin_limit", "all").inc()
        return Limited((placed.budget_since or now) + store.BUDGET_SPAN)
    OUTCOMES.labels("pin_limit", "phone").inc()
    return Limited(rules.resend_at(placed.sent, now, deps.policy) or now)


async def _send_sms(
    deps: Deps, request: PinRequest, person: Person, pin_request_id: str, secret: str
) -> None:
    text = pin_sms(
        language=person.language or request.language,
        brand=deps.brand,
        relying_party=request.relying_party,
        pin=secret,
        lifetime=deps.policy.lifetime,
    )
    await deps.messages.send_sms(person.phone or "", text, reference=pin_request_id)


async def waiting_pin(deps: Deps, subject_id: str) -> WaitingPin | None:
    """Return the PIN that the person's active app is to show now, if there is one."""
    pin = await store.waiting_pin(deps.pool, subject_id, deps.clock.now())
    if pin is None or pin.pepper_id not in deps.keys.pepper.ids:
        return None
    secret = _app_pin(deps, pin.pepper_id, pin.pin_request_id)
    return WaitingPin(secret, pin.relying_party or "", pin.sent_at, pin.expires_at)


async def attempt_pin(deps: Deps, pin_request_id: str, typed: str) -> AttemptOutcome:
    """Judge what the citizen typed. A PIN that was replaced has expired."""
    pepper = deps.keys.pepper
    hashes = pepper.every(pin_request_id, rules.canonical_code(typed))
    judgement = await store.judge_attempt(
        deps.pool,
        pin_request_id,
        dict(zip(pepper.ids, hashes, strict=True)),
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
