"""The device's side of a login by app: what waits, the scan, and the signed answer."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Connection
from clavis_kit.metrics import OUTCOMES
from clavis_kit.outbox import record_event

from clavis_pin import device_keys, events
from clavis_pin.actions import limits
from clavis_pin.actions.limits import Limited
from clavis_pin.deps import Deps
from clavis_pin.device_keys import DeviceKeyError
from clavis_pin.errors import signature_refused
from clavis_pin.rules import app_requests as rules
from clavis_pin.rules.app_requests import Decision
from clavis_pin.rules.device_proofs import DECISION_TYPE
from clavis_pin.store import app_answers, app_requests, devices, pins, projection
from clavis_pin.store.app_requests import AppRequest
from clavis_pin.store.devices import Device


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a scan led to; the request only with `claimed`."""

    outcome: str
    request: AppRequest | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """How an answer ended; `attempts_left` goes with a wrong number."""

    outcome: str
    attempts_left: int | None = None


async def waiting(deps: Deps, device: Device, subject_id: str) -> list[AppRequest]:
    """Return what waits for an answer of this device."""
    now = deps.clock.now()
    return await app_requests.list_open(deps.pool, subject_id, device.device_id, now)


async def claim(deps: Deps, device: Device, subject_id: str, text: str) -> Claimed:
    """Bind the request of a scanned or typed code to this device."""
    limit = deps.app.policy.claims_per_device_hour
    limited = await limits.admit(deps, "claim", device.device_id, limit)
    if isinstance(limited, Limited):
        return Claimed("limited", retry_at=limited.retry_at)
    found = await _find(deps, text)
    outcome = await _claim(deps, device, subject_id, found) if found else Claimed("expired")
    OUTCOMES.labels("app_claim", outcome.outcome).inc()
    return outcome


async def _find(deps: Deps, text: str) -> AppRequest | None:
    """Return the request whose code of now this is. A code that is a step too old is none."""
    now, key, policy = deps.clock.now(), deps.app.key, deps.app.policy
    if digits := rules.parse_typed(text):
        for request in await app_requests.find_by_handle(deps.pool, rules.handle_of(digits), now):
            if rules.typed_is_honoured(
                key, digits, request.app_request_id, request.browser_hash, now, policy
            ):
                return request
        return None
    scanned = rules.parse_qr(text)
    if scanned is None:
        return None
    found = await app_requests.find_request(deps.pool, scanned.app_request_id)
    if found and rules.qr_is_honoured(key, scanned, found.browser_hash, now, policy):
        return found
    return None


async def _claim(deps: Deps, device: Device, subject_id: str, found: AppRequest) -> Claimed:
    now = deps.clock.now()
    try:
        async with deps.pool.acquire() as db, db.transaction():
            await app_requests.close_overdue(db, subject_id, None, now)
            claimed = await app_requests.claim(
                db, found.app_request_id, subject_id, device.device_id, now
            )
    except asyncpg.UniqueViolationError:
        return Claimed("another-pending")
    return Claimed("claimed", claimed) if claimed else Claimed("expired")


async def answer(
    deps: Deps,
    device: Device,
    subject_id: str,
    app_request_id: str,
    decision: Decision,
    signature: str,
) -> Answered:
    """Take the person's signed answer. Raises ServiceError when the signature is not of it."""
    request = await app_requests.find_request(deps.pool, app_request_id)
    if request is None or request.subject_id != subject_id:
        return _counted(decision, Answered("closed"))
    number = _signed_number(device, request, decision, signature)
    now, most = deps.clock.now(), deps.app.policy.max_number_failures
    async with deps.pool.acquire() as db, db.transaction():
        verdict, failures = await app_answers.settle(
            db, request, device.device_id, decision, number, now, most
        )
        if verdict == "done":
            await app_answers.add_evidence(
                db, request, device.device_id, subject_id, decision, signature, now
            )
        if verdict == "done" and decision is Decision.REPORT:
            await _freeze(deps, db, subject_id, now)
    if verdict == "wrong":
        left = max(0, most - failures)
        return _counted(decision, Answered("wrong-number" if left else "closed", left))
    done = rules.STATE_AFTER[decision].value
    return _counted(decision, Answered(done if verdict == "done" else "closed"))


def _signed_number(
    device: Device, request: AppRequest, decision: Decision, signature: str
) -> str | None:
    """Return the number that the device signed. Raises ServiceError 422."""
    try:
        claims, kid = device_keys.verified_claims(signature, device.signing_key, DECISION_TYPE)
    except DeviceKeyError as error:
        raise signature_refused() from error
    fits = rules.signed_answer_fits(
        claims,
        app_request_id=request.app_request_id,
        relying_party={"name": request.rp_name, "domain": request.rp_domain},
        decision=decision,
    )
    if kid != device.device_id or not fits:
        raise signature_refused()
    number = claims.get("number")
    return number if isinstance(number, str) else None


async def _freeze(deps: Deps, db: Connection, subject_id: str, now: datetime) -> None:
    """Refuse the person here from this transaction on, and tell everybody else."""
    await projection.report_fraud(db, subject_id, now)
    await pins.void_pin(db, subject_id, now)
    await app_requests.close_all(db, subject_id)
    version = await devices.next_fact(db, subject_id)
    await record_event(db, events.fraud_reported(deps.new_id(), subject_id, version, now))


def _counted(decision: Decision, answered: Answered) -> Answered:
    OUTCOMES.labels(f"app_{decision.value}", answered.outcome).inc()
    return answered
