"""Enrolling a device: keys first, then the proof by a code or by a ticket of the portal."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.access_tokens import AccessToken, require_loa, require_recent
from clavis_kit.db import Connection
from clavis_kit.ids import new_secret
from clavis_kit.keyed_hash import sha256_hex
from clavis_kit.loa import Loa
from clavis_kit.messages import UndeliverableError
from clavis_kit.metrics import OUTCOMES
from clavis_kit.outbox import record_events

from clavis_pin import events
from clavis_pin.actions import holders, limits
from clavis_pin.actions.limits import Limited
from clavis_pin.attestation import AttestationRefusedError
from clavis_pin.deps import Deps
from clavis_pin.errors import attestation_refused, ticket_unavailable
from clavis_pin.rules import enrolments as rules
from clavis_pin.rules.people import Level, ProvenBy
from clavis_pin.rules.pins import DAY, phone_hint
from clavis_pin.store import devices, enrolments
from clavis_pin.store.enrolments import Holder, NewDevice, Vouched
from clavis_pin.texts import enrolment_sms


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """A device with its keys and, where a ticket will not vouch, whose it says it is."""

    national_id: str | None
    contrast: str | None
    device_name: str
    signing_key: dict[str, str]
    encryption_key: dict[str, str]
    attestation: str | None
    language: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Begun:
    """The enrolment waits for its proof. The hint says nothing of who is registered."""

    enrolment_id: str
    phone_hint: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """How the proof ended; `attempts_left` goes with a wrong code."""

    verdict: str
    device_id: str | None = None
    attempts_left: int | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a portal session hands to a device, once."""

    ticket: str
    url: str
    expires_at: datetime


async def begin(deps: Deps, request: EnrolmentRequest) -> Begun | Limited:
    """Take a device's keys; whoever the number names gets a code by SMS."""
    deps.app.errands.check_room()
    try:
        attested = await deps.app.attestation.verify(request.attestation, request.signing_key)
    except AttestationRefusedError as error:
        raise attestation_refused() from error
    policy = deps.app.policy
    limit = policy.enrolments_per_source_hour
    if limited := await limits.admit_source(deps, "enrolment", request.source, limit):
        return limited
    if request.national_id is None or request.contrast is None:
        return await _store(deps, request, attested, None, None)
    named = await holders.find(deps, request.national_id, request.contrast)
    if limited := await _admit_person(deps, named.national_id_hash):
        return limited
    decoy = rules.decoy_hint(named.pair_hash)
    return await _store(deps, request, attested, named.holder, decoy)


async def _admit_person(deps: Deps, national_id_hash: str) -> Limited | None:
    """Count for an identity number, known or not: by the hour, and by the day against guessing."""
    hour, day = deps.app.policy.enrolments_per_hour, deps.app.policy.enrolments_per_day
    by_hour = await limits.admit(deps, "enrolment", national_id_hash, hour)
    return by_hour or await limits.admit(deps, "enrolment-day", national_id_hash, day, DAY)


async def _store(
    deps: Deps,
    request: EnrolmentRequest,
    attested: str,
    holder: Holder | None,
    decoy_hint: str | None,
) -> Begun:
    now = deps.clock.now()
    code = rules.code_from_bytes(deps.random_bytes(8))
    device_id = deps.new_id()
    reachable = holder if holder and holder.phone else None
    device = NewDevice(
        device_id=device_id,
        subject_id=reachable.subject_id if reachable else None,
        name=request.device_name,
        signing_key=request.signing_key,
        encryption_key=request.encryption_key,
        attestation=attested,
        code_hash=_code_hash(deps, device_id, code) if decoy_hint else None,
        created_at=now,
        expires_at=now + deps.app.policy.enrolment_lifetime,
    )
    await enrolments.insert_pending(deps.pool, device)
    if reachable:
        deps.app.errands.run(_send_code(deps, reachable, request.language, device_id, code))
    OUTCOMES.labels("device_enrolment", "begun").inc()
    hint = phone_hint(reachable.phone or "") if reachable else decoy_hint
    return Begun(device_id, hint, device.expires_at)


def _code_hash(deps: Deps, device_id: str, code: str) -> str:
    return deps.app.hash.bound(f"enrolment:{device_id}", rules.canonical_code(code))


async def _send_code(deps: Deps, holder: Holder, language: str, device_id: str, code: str) -> None:
    text = enrolment_sms(
        language=holder.language or language,
        brand=deps.brand,
        code=code,
        lifetime=deps.app.policy.enrolment_lifetime,
        domain=deps.app.domain,
    )
    try:
        await deps.messages.send_sms(holder.phone or "", text, reference=device_id)
    except UndeliverableError:
        OUTCOMES.labels("device_enrolment", "undeliverable").inc()


async def prove_by_code(deps: Deps, device_id: str, code: str) -> Proof:
    """Judge the code that came by SMS; the right one makes the device active."""
    now = deps.clock.now()
    most = deps.app.policy.max_code_failures
    async with deps.pool.acquire() as db, db.transaction():
        judged = await enrolments.judge_code(
            db, device_id, _code_hash(deps, device_id, code), now, most
        )
        if judged is None:
            return _counted(Proof("expired"))
        if judged.verdict == "accepted" and judged.subject_id:
            proven = Vouched(judged.subject_id, judged.level)
            return _counted(await _activate(deps, db, device_id, proven, ProvenBy.SMS, now))
    left = max(0, most - judged.failures) if judged.verdict == "wrong" else None
    return _counted(Proof(judged.verdict, attempts_left=left))


async def prove_by_ticket(deps: Deps, device_id: str, ticket: str) -> Proof:
    """Consume a ticket; it makes the device active for the session's person."""
    now = deps.clock.now()
    async with deps.pool.acquire() as db, db.transaction():
        vouched = await enrolments.use_ticket(db, sha256_hex(ticket), now)
        if vouched is None:
            return _counted(Proof("wrong"))
        return _counted(await _activate(deps, db, device_id, vouched, ProvenBy.TICKET, now))


def _counted(proof: Proof) -> Proof:
    OUTCOMES.labels("device_proof", proof.verdict).inc()
    return proof


async def _activate(
    deps: Deps,
    db: Connection,
    device_id: str,
    proven: Vouched,
    proven_by: ProvenBy,
    now: datetime,
) -> Proof:
    """Activate one and deactivate what is one too many, with the events of both."""
    subject_id = proven.subject_id
    # Held to the end of the transaction: activations of one person take turns.
    version = await devices.next_fact(db, subject_id)
    if not await enrolments.activate(db, device_id, proven, proven_by, now):
        return Proof("used")
    keep = deps.app.policy.max_active_devices
    ended = await devices.deactivate_others(db, subject_id, device_id, keep, now, "replaced")
    records = [events.device_activated(deps.new_id(), subject_id, version, device_id, now)]
    for other in ended:
        version = await devices.next_fact(db, subject_id)
        records.append(events.device_deactivated(deps.new_id(), subject_id, version, other, now))
    await record_events(db, records)
    return Proof("accepted", device_id=device_id)


# NIST SP 800-63B-4 sections 4.1.2.1 and 4.6: binding or removing an authenticator asks for a login
# of just now, at the assurance that the person's methods have.
def require_fresh(deps: Deps, token: AccessToken, level: Level) -> None:
    """Refuse a session that is too weak or too old to change devices. Raises ServiceError 401."""
    if level is Level.ADVANCED:
        require_loa(token, Loa.SUBSTANTIAL)
    require_recent(token, deps.clock.now(), deps.app.policy.fresh_session)


async def issue_ticket(deps: Deps, token: AccessToken) -> Ticket:
    """Let a portal session vouch for a device.

    NIST SP 800-63B section 6.1.2: a further authenticator is bound at the level that it will
    reach, so a person of the advanced level needs a session that is no weaker.
    """
    level = await enrolments.level_of(deps.pool, token.subject_id)
    if level is None:
        raise ticket_unavailable()
    require_fresh(deps, token, level)
    now = deps.clock.now()
    ticket = new_secret()
    expires_at = now + deps.app.policy.ticket_lifetime
    stored = await enrolments.put_ticket(
        deps.pool, token.subject_id, level, sha256_hex(ticket), now, expires_at
    )
    if not stored:
        raise ticket_unavailable()
    return Ticket(ticket, f"{deps.app.url}#t={ticket}", expires_at)
