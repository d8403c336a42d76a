"""The browser's side of a login by app: ask, show the code, wait, collect the answer."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from clavis_kit.metrics import OUTCOMES

from clavis_pin.actions import app_notices, holders, limits
from clavis_pin.actions.holders import Named
from clavis_pin.actions.limits import Limited
from clavis_pin.deps import Deps
from clavis_pin.errors import app_request_closed
from clavis_pin.rules import app_requests as rules
from clavis_pin.rules.app_requests import RequestState
from clavis_pin.rules.people import Level, device_level
from clavis_pin.store import app_answers, app_requests
from clavis_pin.store.app_requests import AppRequest, NewRequest


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """What the person will be asked on the device; number and datum only without a scan."""

    browser_hash: str
    rp_name: str
    rp_domain: str
    purpose: str | None
    place: str | None
    language: str
    national_id: str | None
    contrast: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Created:
    """A request waits; the page shows the number, the person types it on the device."""

    app_request_id: str
    number: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """What the page shows for scanning, and for typing where nothing can scan."""

    content: str
    valid_until: datetime
    typed_code: str
    typed_valid_until: datetime


@dataclass(frozen=True, slots=True)
class Completion:
    """What the browser collects; the person only with `accepted`."""

    verdict: str
    subject_id: str | None = None
    level: Level | None = None


async def create(deps: Deps, login: LoginRequest) -> Created | Limited:
    """Begin a login by app. With number and datum the answer is the same for anybody."""
    policy = deps.app.policy
    limit = policy.requests_per_source_hour
    limited = await limits.admit_source(deps, "app-request", login.source, limit)
    named: Named | None = None
    if limited is None and login.national_id is not None:
        deps.app.errands.check_room()
        named = await holders.find(deps, login.national_id, login.contrast or "")
        limit = policy.requests_per_hour
        limited = await limits.admit(deps, "app-request", named.pair_hash, limit)
    outcome = limited or await _create(deps, login, named)
    OUTCOMES.labels("app_request", type(outcome).__name__.lower()).inc()
    return outcome


async def _create(deps: Deps, login: LoginRequest, named: Named | None) -> Created | Limited:
    request = _new_request(deps, login, named)
    async with deps.pool.acquire() as db, db.transaction():
        await app_requests.close_overdue(
            db, request.subject_id, request.holder_hash, request.created_at
        )
        if not await app_requests.insert_request(db, request):
            until = await app_requests.open_until(db, request.holder_hash or "", request.created_at)
            if until:
                return Limited(until)
            # The person answers another request just now: this one waits for nobody.
            request = replace(request, subject_id=None)
            await app_requests.insert_request(db, request)
    if request.subject_id:
        seconds = int(deps.app.policy.request_lifetime.total_seconds())
        app_notices.announce(deps, request.subject_id, app_notices.LOGIN, seconds)
    return Created(request.app_request_id, request.number, request.expires_at)


def _new_request(deps: Deps, login: LoginRequest, named: Named | None) -> NewRequest:
    now = deps.clock.now()
    return NewRequest(
        app_request_id=deps.new_id(),
        browser_hash=login.browser_hash,
        number=rules.number_from_bytes(deps.random_bytes(8)),
        handle=rules.handle_from_bytes(deps.random_bytes(8)),
        rp_name=login.rp_name,
        rp_domain=login.rp_domain,
        purpose=login.purpose,
        place=login.place,
        language=login.language,
        holder_hash=named.pair_hash if named else None,
        subject_id=named.holder.subject_id if named and named.holder else None,
        created_at=now,
        expires_at=now + deps.app.policy.request_lifetime,
    )


async def code(deps: Deps, app_request_id: str) -> Code:
    """Return the code of this moment. Raises ServiceError 410 when nothing waits for a scan."""
    now, policy, key = deps.clock.now(), deps.app.policy, deps.app.key
    request = await app_requests.find_request(deps.pool, app_request_id)
    if request is None or request.state is not RequestState.PENDING or request.expires_at <= now:
        raise app_request_closed()
    step, typed_step = rules.step_of(now, policy.qr_step), rules.step_of(now, policy.typed_step)
    browser_hash = request.browser_hash
    return Code(
        content=rules.qr_content(key, deps.app.url, app_request_id, browser_hash, step),
        valid_until=_moment(rules.end_of_step(step, policy.qr_step)),
        typed_code=rules.typed_code(key, request.handle, app_request_id, browser_hash, typed_step),
        typed_valid_until=_moment(rules.end_of_step(typed_step, policy.typed_step)),
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


async def state(deps: Deps, app_request_id: str, wait_seconds: float) -> RequestState:
    """Return where a request stands, as soon as it changes or when the time is over."""
    first = _shown(deps, await app_requests.find_request(deps.pool, app_request_id))
    if wait_seconds <= 0 or first not in rules.OPEN:
        return first

    async def look() -> RequestState:
        return _shown(deps, await app_requests.find_request(deps.pool, app_request_id))

    return await deps.app.watch.until(
        app_request_id, look, lambda seen: seen is not first, wait_seconds
    )


def _shown(deps: Deps, request: AppRequest | None) -> RequestState:
    if request is None:
        return RequestState.EXPIRED
    return rules.state_for_browser(request.state, request.expires_at, deps.clock.now())


async def complete(deps: Deps, app_request_id: str, browser_hash: str) -> Completion:
    """Hand the confirmed login to the browser that asked for it, once."""
    outcome = await _complete(deps, app_request_id, browser_hash)
    OUTCOMES.labels("app_completion", outcome.verdict).inc()
    return outcome


async def _complete(deps: Deps, app_request_id: str, browser_hash: str) -> Completion:
    now, policy = deps.clock.now(), deps.app.policy
    grace = policy.completion_grace
    done = await app_answers.complete(deps.pool, app_request_id, browser_hash, now, grace)
    if done:
        level = device_level(done.level, done.proven_level, done.proven_by, policy.sms_device_level)
        return Completion("accepted", done.subject_id, level)
    request = await app_requests.find_request(deps.pool, app_request_id)
    # Another browser learns nothing, not even that the request is there.
    if request is None or request.browser_hash != browser_hash:
        return Completion("expired")
    if request.completed_at:
        return Completion("used")
    shown = rules.state_for_browser(request.state, request.expires_at, now)
    if shown in rules.OPEN:
        return Completion("pending")
    refused = (RequestState.REJECTED, RequestState.REPORTED)
    return Completion("rejected" if shown in refused else "expired")


async def cancel(deps: Deps, app_request_id: str) -> None:
    """End a request that its browser gave up."""
    await app_requests.cancel(deps.pool, app_request_id)
