"""Devices once they are there: who signed a request, the list, and the end of one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clavis_kit.db import Connection
from clavis_kit.ids import is_id, new_id
from clavis_kit.keyed_hash import sha256_hex
from clavis_kit.outbox import record_event, record_events
from clavis_kit.service_tokens import unverified_part

from clavis_pin import device_keys, events
from clavis_pin.actions import app_notices
from clavis_pin.deps import Deps
from clavis_pin.device_keys import DeviceKeyError
from clavis_pin.errors import device_unknown, identity_frozen, proof_refused
from clavis_pin.rules import device_proofs
from clavis_pin.rules.device_proofs import ProofFault, SignedRequest
from clavis_pin.rules.people import Level, device_level
from clavis_pin.store import app_requests, app_upkeep, devices, enrolments
from clavis_pin.store.app_upkeep import Subscription
from clavis_pin.store.devices import Device, Ending


@dataclass(frozen=True, slots=True)
class DeviceView:
    """What the person sees of a device."""

    device_id: str
    name: str
    activated_at: datetime | None
    last_used_at: datetime | None
    has_push: bool


async def authenticate(deps: Deps, token: str, request: SignedRequest) -> Device:
    """Return the device that signed this request, once. Raises ServiceError 401.

    A device that is not there, was deactivated or only waits for its proof gets one answer.
    """
    device_id = unverified_part(token, 0).get("kid")
    if not isinstance(device_id, str) or not is_id(device_id):
        raise device_unknown()
    device = await devices.find_device(deps.pool, device_id)
    if device is None:
        raise device_unknown()
    await accept_proof(deps, token, device.signing_key, device_id, request)
    return device


async def accept_first_proof(
    deps: Deps, token: str, key: dict[str, str], request: SignedRequest
) -> None:
    """Check the request that brings a key, signed with it. Raises ServiceError 401.

    There is no device yet whose name could mark the identifier as used: the key's own thumbprint
    (RFC 7638) stands for it.
    """
    thumbprint = device_keys.thumbprint(key)
    await accept_proof(deps, token, key, str(UUID(bytes=thumbprint[:16])), request)


async def accept_proof(
    deps: Deps, token: str, key: dict[str, str], device_id: str, request: SignedRequest
) -> None:
    """Check a signed request and take its identifier. Raises ServiceError 401."""
    now, leeway = deps.clock.now(), deps.app.policy.proof_leeway
    try:
        claims, _ = device_keys.verified_claims(token, key, device_proofs.TYPE)
        jti = device_proofs.check_claims(claims, request, now, leeway)
    except (DeviceKeyError, ProofFault) as error:
        raise proof_refused(getattr(error, "code", "proof-mismatch"), now) from error
    # Kept while it would be believed: before and after the moment it names.
    taken = await devices.use_proof(deps.pool, device_id, sha256_hex(jti), now + 2 * leeway)
    if not taken:
        raise proof_refused("proof-mismatch", now)


def require_active(device: Device) -> str:
    """Return whose active device it is. Raises ServiceError when it confirms nothing."""
    if device.state != "active" or device.subject_id is None:
        raise device_unknown()
    if not device.usable:
        raise identity_frozen()
    return device.subject_id


async def list_devices(deps: Deps, subject_id: str) -> list[DeviceView]:
    """Return the person's active devices, newest first."""
    return [view(device) for device in await devices.list_active(deps.pool, subject_id)]


def view(device: Device) -> DeviceView:
    """Show a device."""
    return DeviceView(
        device.device_id, device.name, device.activated_at, device.last_used_at, device.has_push
    )


async def require_usable(deps: Deps, subject_id: str) -> Level:
    """Return how the person was enrolled. Raises ServiceError 403 for one frozen or gone."""
    level = await enrolments.level_of(deps.pool, subject_id)
    if level is None:
        raise identity_frozen()
    return level


async def is_last_strong(deps: Deps, subject_id: str, device_id: str, level: Level) -> bool:
    """Say whether no other device of the person reaches what this one does: substantial."""
    sms_reaches = deps.app.policy.sms_device_level
    strong = [
        device.device_id
        for device in await devices.list_active(deps.pool, subject_id)
        if device_level(level, device.proven_level, device.proven_by, sms_reaches) is Level.ADVANCED
    ]
    return strong == [device_id]


async def remove(deps: Deps, subject_id: str, device_id: str, because: Ending) -> bool:
    """End a device of a person with its event; False when it is not an active one of theirs."""
    now = deps.clock.now()
    async with deps.pool.acquire() as db, db.transaction():
        if not await devices.deactivate(db, subject_id, device_id, now, because):
            return False
        version = await devices.next_fact(db, subject_id)
        record = events.device_deactivated(deps.new_id(), subject_id, version, device_id, now)
        await record_event(db, record)
    return True


async def end_all(db: Connection, subject_id: str, now: datetime) -> None:
    """End every device and request of a person, in the transaction of what ended the identity."""
    await app_requests.close_all(db, subject_id)
    records = []
    for device_id in await devices.deactivate_all(db, subject_id, now, "identity_ended"):
        version = await devices.next_fact(db, subject_id)
        records.append(events.device_deactivated(new_id(), subject_id, version, device_id, now))
    await record_events(db, records)


async def subscribe(deps: Deps, subscription: Subscription) -> None:
    """Keep where a device is woken."""
    app_notices.check_subscription(subscription)
    await app_upkeep.put_subscription(deps.pool, subscription, deps.clock.now())
