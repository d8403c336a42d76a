"""The code that proves a phone: sent by SMS, read out to the officer, tried by one statement."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clavis_kit.errors import ServiceError
from clavis_kit.messages import UndeliverableError
from clavis_kit.metrics import OUTCOMES

from clavis_registry import texts
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.contact import (
    PhoneVerdict,
    clean_phone_code,
    failed_attempt,
    new_phone_code,
)
from clavis_registry.store import Unit
from clavis_registry.store.enrolments import EnrolmentRow
from clavis_registry.store.offices import Officer

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class IssuedCode:
    """A code kept and not yet sent; its text lives only here."""

    phone_code_id: str
    mobile: str
    body: str
    expires_at: datetime
    resend_at: datetime
    subject: str | None = None  # of an e-mail: `mobile` is an address then


@dataclass(frozen=True)
class SentCode:
    """What the officer may know of a code; `delivered` is False when no carrier took it."""

    mobile: str
    expires_at: datetime
    resend_at: datetime
    delivered: bool


async def issue_phone_code(
    deps: Deps,
    unit: Unit,
    enrolment_id: str,
    mobile: str,
    language: str,
    text: str = "phone_code_sms",
) -> IssuedCode:
    """Draw and keep a code within the limits. Raises phone-code-too-soon or -limit.

    `enrolment_id` is the act that needs the proof; `text` names the message, and one that ends in
    `_mail` goes to an e-mail address.
    """
    now, policy = deps.clock.now(), deps.phone_code_policy
    mobile_hash = deps.keys.activation.bound("mobile", mobile)
    recent = await unit.phone_codes.recent(enrolment_id, mobile_hash, now - HOUR)
    if recent.newest_sent_at and now < recent.newest_sent_at + policy.resend_after:
        raise _later("phone-code-too-soon", recent.newest_sent_at + policy.resend_after, now)
    if recent.oldest_sent_to_number and recent.sent_to_number >= policy.sends_per_hour:
        raise _later("phone-code-limit", recent.oldest_sent_to_number + HOUR, now)
    code, phone_code_id = new_phone_code(deps.random_below), deps.new_id()
    code_hash = deps.keys.activation.bound(f"phone:{enrolment_id}", code)
    expires_at = now + policy.lifetime
    await unit.phone_codes.add(
        phone_code_id, enrolment_id, (mobile_hash, code_hash), now, expires_at
    )
    values = {"code": code, "minutes": int(policy.lifetime.total_seconds() // 60)}
    brand = deps.settings.brand
    by_mail = text.endswith("_mail")
    return IssuedCode(
        phone_code_id,
        mobile,
        texts.message(language, text, brand=brand, **values),
        expires_at,
        now + policy.resend_after,
        subject=texts.message(language, f"{text}_subject", brand=brand) if by_mail else None,
    )


def _later(code: str, retry_at: datetime, now: datetime) -> ServiceError:
    error = refuse(code, retry_at=retry_at.isoformat())
    error.headers["Retry-After"] = str(max(1, int((retry_at - now).total_seconds())))
    return error


async def _hand_over(deps: Deps, issued: IssuedCode) -> None:
    reference = issued.phone_code_id
    if issued.subject is None:
        await deps.messages.send_sms(issued.mobile, issued.body, reference=reference)
    else:
        await deps.messages.send_mail(
            issued.mobile, issued.subject, issued.body, reference=reference
        )


async def send_phone_code(deps: Deps, issued: IssuedCode) -> SentCode:
    """Hand the message over, after the commit. One that fails may be sent again at once."""
    sent = SentCode(issued.mobile, issued.expires_at, issued.resend_at, delivered=True)
    try:
        await _hand_over(deps, issued)
    except UndeliverableError:
        now = deps.clock.now()
        async with deps.transaction() as unit:
            await unit.phone_codes.undelivered(issued.phone_code_id, now)
        return replace(sent, delivered=False, resend_at=now)
    return sent


async def resend_phone_code(deps: Deps, officer: Officer, enrolment_id: str) -> SentCode:
    """Send another code; the newest is the one that counts."""
    async with deps.transaction() as unit:
        row = _pending(deps, await unit.enrolments.lock(enrolment_id, officer.office_id))
        if row.mobile is None or row.draft is None:
            raise refuse("enrolment-completed")
        issued = await issue_phone_code(deps, unit, enrolment_id, row.mobile, row.draft["language"])
    return await send_phone_code(deps, issued)


def _pending(deps: Deps, row: EnrolmentRow | None) -> EnrolmentRow:
    if row is None:
        raise refuse("enrolment-not-found")
    if row.state == "completed":
        raise refuse("enrolment-completed")
    if row.phone_proved_at is not None:
        raise refuse("phone-already-proved")
    if deps.clock.now() >= row.expires_at:
        raise refuse("enrolment-expired")
    return row


async def prove_phone(
    deps: Deps, officer: Officer, enrolment_id: str, typed: str
) -> tuple[PhoneVerdict, int]:
    """Judge the code that the person read out; return the verdict and the tries left."""
    now, policy = deps.clock.now(), deps.phone_code_policy
    code_hash = deps.keys.activation.bound(f"phone:{enrolment_id}", clean_phone_code(typed))
    async with deps.transaction() as unit:
        _pending(deps, await unit.enrolments.get(enrolment_id, officer.office_id))
        if await unit.phone_codes.attempt(enrolment_id, code_hash, policy, now):
            await unit.enrolments.phone_proved(enrolment_id, now)
            verdict, left = PhoneVerdict.ACCEPTED, 0
        else:
            newest = await unit.phone_codes.newest(enrolment_id)
            verdict, left = failed_attempt(newest, policy, now)
    OUTCOMES.labels("phone_proof", verdict).inc()
    return verdict, left
