"""Passkeys: bound by a person who is there, judged at a login, taken away."""

import hmac
from dataclasses import dataclass
from typing import Any

from clavis_kit.logging import get_logger
from clavis_kit.metrics import OUTCOMES

from clavis_permanent import errors
from clavis_permanent.actions.methods import (
    changing,
    record,
    refuse_last,
    require_advanced,
    would_be_last,
)
from clavis_permanent.ceremonies import Assertion, Attestation, KnownCredential, NewCredential
from clavis_permanent.deps import Deps, decoy_slot
from clavis_permanent.rules import Level, Verdict
from clavis_permanent.rules.facts import FactKind
from clavis_permanent.rules.methods import Removable
from clavis_permanent.rules.passkeys import (
    CHALLENGE_BYTES,
    USER_HANDLE_BYTES,
    canonical_name,
    known_transports,
    passkey_amr,
)
from clavis_permanent.store import methods, passkey_logins, passkeys
from clavis_permanent.store.passkey_logins import LoginAttempt, LoginChallenge
from clavis_permanent.store.passkeys import NewPasskey, Passkey

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PasskeyLogin:
    """A login that waits for a signature."""

    passkey_login_id: str
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PasskeyOutcome:
    """How a login by passkey ended; a wrong one says nothing else, whatever the reason."""

    verdict: Verdict
    subject_id: str | None = None
    level: Level | None = None
    amr: tuple[str, ...] | None = None


async def enrolment_options(deps: Deps, subject_id: str, label: str | None) -> dict[str, Any]:
    """Return what a browser needs to create a passkey. Raises ServiceError 409."""
    await require_advanced(deps, subject_id)
    parts, now = deps.authenticators, deps.clock.now()
    existing = await passkeys.list_passkeys(deps.pool, subject_id)
    if len(existing) >= parts.passkeys.limit:
        raise errors.passkey_limit(parts.passkeys.limit)
    handle = await passkeys.user_handle_of(
        deps.pool, subject_id, parts.random_bytes(USER_HANDLE_BYTES)
    )
    challenge = parts.random_bytes(CHALLENGE_BYTES)
    expires_at = now + parts.passkeys.challenge_lifetime
    await passkeys.place_enrolment(deps.pool, subject_id, challenge, expires_at)
    return parts.ceremonies.enrolment_options(
        challenge=challenge,
        user_handle=handle,
        label=canonical_name(label) if label else None,
        existing=[KnownCredential(k.credential_id, k.transports) for k in existing],
    )


async def bind_passkey(
    deps: Deps, subject_id: str, sent: Attestation, transports: list[str], typed_name: str
) -> Passkey:
    """Bind a new passkey. Raises ServiceError 409 and 422."""
    name = canonical_name(typed_name)
    if name is None:
        raise errors.invalid_passkey_name()
    challenge = await passkeys.take_enrolment(deps.pool, subject_id, deps.clock.now())
    if challenge is None:
        raise errors.passkey_challenge_expired()
    # A statement of the maker may bring a chain of certificates: off the loop.
    credential = await deps.passwords.off_loop(
        lambda: deps.authenticators.ceremonies.verify_enrolment(sent, challenge)
    )
    OUTCOMES.labels("passkey_enrolment", "accepted" if credential else "wrong").inc()
    if credential is None:
        raise errors.passkey_not_accepted()
    return await _store(deps, subject_id, credential, known_transports(transports), name)


async def _store(
    deps: Deps, subject_id: str, credential: NewCredential, transports: list[str], name: str
) -> Passkey:
    now, limit = deps.clock.now(), deps.authenticators.passkeys.limit
    passkey = NewPasskey(
        passkey_id=deps.new_id(),
        subject_id=subject_id,
        credential_id=credential.credential_id,
        public_key=credential.public_key,
        sign_count=credential.sign_count,
        backup_eligible=credential.backup_eligible,
        backed_up=credential.backed_up,
        aaguid=credential.aaguid,
        attested=credential.attested,
        transports=transports,
        name=name,
        now=now,
    )
    async with changing(deps, subject_id) as db:
        await require_advanced(db, subject_id)
        if await methods.count_passkeys(db, subject_id) >= limit:
            raise errors.passkey_limit(limit)
        if not await passkeys.add_passkey(db, passkey):
            raise errors.passkey_already_bound()
        await record(deps, db, subject_id, [FactKind.PASSKEY_ADDED], now)
    return Passkey(
        passkey_id=passkey.passkey_id,
        name=name,
        created_at=now,
        last_used_at=None,
        backup_eligible=credential.backup_eligible,
        suspended=False,
        credential_id=credential.credential_id,
        transports=tuple(transports),
    )


async def rename_passkey(deps: Deps, subject_id: str, passkey_id: str, typed: str) -> str:
    """Give a passkey another name and return it. Raises ServiceError 404 and 422."""
    name = canonical_name(typed)
    if name is None:
        raise errors.invalid_passkey_name()
    if not await passkeys.rename_passkey(deps.pool, subject_id, passkey_id, name):
        raise errors.no_such_method()
    return name


async def is_last(deps: Deps, subject_id: str, passkey_id: str) -> bool:
    """Say whether taking this passkey away leaves no way to substantial here."""
    held = await passkeys.list_passkeys(deps.pool, subject_id)
    usable = any(key.passkey_id == passkey_id and not key.suspended for key in held)
    return usable and await would_be_last(deps, subject_id, Removable.PASSKEY)


async def remove_passkey(deps: Deps, subject_id: str, passkey_id: str, *, confirmed: bool) -> None:
    """Forget a passkey. Raises ServiceError 404, and 409 for the last strong method."""
    now = deps.clock.now()
    async with changing(deps, subject_id) as db:
        held = await passkeys.list_passkeys(db, subject_id)
        usable = {key.passkey_id: not key.suspended for key in held}
        if passkey_id not in usable:
            raise errors.no_such_method()
        if usable[passkey_id]:
            holdings = await methods.find_holdings(db, subject_id)
            refuse_last(holdings, Removable.PASSKEY, now, confirmed=confirmed)
        await passkeys.remove_passkey(db, subject_id, passkey_id)
        await record(deps, db, subject_id, [FactKind.PASSKEY_REMOVED], now)


async def start_login(deps: Deps) -> PasskeyLogin:
    """Begin a login by passkey: nobody is named, the passkey says who comes."""
    parts = deps.authenticators
    login_id, challenge = deps.new_id(), parts.random_bytes(CHALLENGE_BYTES)
    expires_at = deps.clock.now() + parts.passkeys.challenge_lifetime
    await passkey_logins.place_login(deps.pool, login_id, challenge, expires_at)
    return PasskeyLogin(login_id, parts.ceremonies.login_options(challenge))


async def finish_login(deps: Deps, passkey_login_id: str, sent: Assertion) -> PasskeyOutcome:
    """Judge a signature. Unknown, ended, frozen, suspended and wrong are one answer.

    Two statements and one verification in every case, against a dummy key where there is none.
    """
    challenge = await passkey_logins.take_login(
        deps.pool, passkey_login_id, sent.credential_id, deps.clock.now()
    )
    outcome = await _judge(deps, challenge, sent)
    OUTCOMES.labels("passkey_login", outcome.verdict.value).inc()
    return outcome


async def _judge(deps: Deps, challenge: LoginChallenge | None, sent: Assertion) -> PasskeyOutcome:
    if challenge is None or not challenge.in_time:
        return PasskeyOutcome(Verdict.EXPIRED)
    signed = deps.authenticators.ceremonies.verify_login(
        sent, challenge.challenge, challenge.public_key
    )
    # W3C Web Authentication Level 3 section 7.2 step 6: the handle names the credential's owner.
    owned = hmac.compare_digest(sent.user_handle or b"", challenge.user_handle or b"-")
    attempt = LoginAttempt(
        passkey_id=challenge.passkey_id,
        signed=signed is not None and owned,
        sign_count=signed.sign_count if signed else 0,
        backup_eligible=signed.backup_eligible if signed else False,
        backed_up=signed.backed_up if signed else False,
        decoy_slot=decoy_slot(deps.keys.national_id.of(sent.credential_id.hex())),
        at=deps.clock.now(),
    )
    settled = await passkey_logins.settle_login(deps.pool, attempt)
    if settled is not None and settled.verdict == "copied" and challenge.passkey_id:
        await _suspend(deps, settled.subject_id, challenge.passkey_id)
    if settled is None or settled.verdict != Verdict.ACCEPTED:
        return PasskeyOutcome(Verdict.WRONG)
    amr = passkey_amr(backup_eligible=attempt.backup_eligible)
    return PasskeyOutcome(Verdict.ACCEPTED, settled.subject_id, settled.level, amr)


async def _suspend(deps: Deps, subject_id: str, passkey_id: str) -> None:
    # W3C Web Authentication Level 3 section 6.1.1: of two copies nobody can say which is the
    # person's, so neither is taken any more. The person is told and binds another.
    now = deps.clock.now()
    async with changing(deps, subject_id) as db:
        if await passkey_logins.suspend_passkey(db, passkey_id, now):
            await record(deps, db, subject_id, [FactKind.PASSKEY_SUSPENDED], now)
    _log.warning("passkey_suspended", passkey_id=passkey_id, subject_id=subject_id)
