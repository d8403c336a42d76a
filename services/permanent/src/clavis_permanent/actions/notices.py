"""Telling people what happened to their credentials, and what soon will."""

from datetime import timedelta

from clavis_kit.messages import UndeliverableError
from clavis_kit.metrics import NOTICE_OLDEST, OUTCOMES

from clavis_permanent.deps import Deps
from clavis_permanent.notice_texts import Letter, letter, one_line
from clavis_permanent.rules.notices import ending_windows, is_over, retry_at
from clavis_permanent.store import notices
from clavis_permanent.store.notices import Claimed

_TOKEN_SEPARATOR = "."  # noqa: S105  between the two parts of a token
# Longer than any notice of a password's end must be remembered.
KEPT = timedelta(days=400)


def report_token(deps: Deps, notice_id: str) -> str:
    """Make the token that answers a notice: its id, and proof that this service wrote it."""
    return f"{notice_id}{_TOKEN_SEPARATOR}{deps.keys.notice.bound('report', notice_id)}"


async def plan_endings(deps: Deps) -> None:
    """Find the passwords that end soon and have not been told so."""
    for window in ending_windows(deps.policies.notice):
        while await notices.plan_endings(deps.pool, window, deps.clock.now(), deps.new_id):
            pass


async def send_due(deps: Deps) -> int:
    """Send what is due; return how many were tried."""
    claimed = await notices.claim(deps.pool, deps.clock.now(), deps.policies.notice.lease)
    for notice in claimed:
        await _send(deps, notice)
    waited = await notices.oldest(deps.pool, deps.clock.now())
    NOTICE_OLDEST.set(waited.total_seconds() if waited else 0)
    return len(claimed)


async def _send(deps: Deps, notice: Claimed) -> None:
    now = deps.clock.now()
    outcome = "sent"
    try:
        if not await _hand_over(deps, notice):
            outcome = "no_address"
    except UndeliverableError:
        outcome = "given_up" if is_over(notice.created_at, now, deps.policies.notice) else "later"
    OUTCOMES.labels("notice", outcome).inc()
    if outcome == "later":
        until = retry_at(notice.attempts, now, deps.policies.notice)
        await notices.postpone(deps.pool, notice.notice_id, until)
    else:
        await notices.end(deps.pool, notice.notice_id, now, sent=outcome == "sent")


async def _hand_over(deps: Deps, notice: Claimed) -> bool:
    """Write by e-mail, or by SMS to somebody without. Raises UndeliverableError."""
    text = Letter(
        kind=notice.kind,
        language=notice.language,
        brand=deps.brand,
        pages_url=deps.pages_url,
        at=notice.created_at,
        ends_at=notice.password_ends_at,
        token=report_token(deps, notice.notice_id),
    )
    if notice.email:
        subject, body = letter(text)
        await deps.messages.send_mail(notice.email, subject, body, reference=notice.notice_id)
        return True
    if notice.phone:
        await deps.messages.send_sms(notice.phone, one_line(text), reference=notice.notice_id)
        return True
    return False
