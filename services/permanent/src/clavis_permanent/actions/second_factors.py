"""Authenticator apps and recovery codes: bound, judged after a password, taken away."""

from dataclasses import dataclass
from datetime import datetime

import segno
from clavis_kit.logging import get_logger
from clavis_kit.metrics import OUTCOMES

from clavis_permanent import errors
from clavis_permanent.actions.methods import changing, record, refuse_last, require_advanced
from clavis_permanent.authenticators import used_for
from clavis_permanent.deps import Deps
from clavis_permanent.rules import canonical_otp
from clavis_permanent.rules.facts import FactKind
from clavis_permanent.rules.methods import Removable
from clavis_permanent.rules.passkeys import canonical_name
from clavis_permanent.rules.second_factors import (
    TOTP_SECRET_BYTES,
    attempts_left,
    canonical_recovery_code,
    matching_step,
    new_recovery_codes,
    otpauth_uri,
    shown_recovery_code,
    spelled_secret,
)
from clavis_permanent.sealing import Sealed, UnreadableSecretError
from clavis_permanent.store import authenticator_apps, methods, recovery_codes
from clavis_permanent.store.authenticator_apps import CodeAttempt, NewApp, StoredSecret
from clavis_permanent.store.recovery_codes import SettledCode

UNAVAILABLE = "unavailable"
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AppEnrolment:
    """A secret to be typed or scanned into an app, shown this once."""

    enrolment_id: str
    secret: str
    otpauth_uri: str
    qr_svg: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AppConfirmation:
    """Whether the app showed the right code: added, wrong or expired."""

    outcome: str
    attempts_left: int | None = None


@dataclass(frozen=True, slots=True)
class FactorOutcome:
    """How an attempt ended: accepted, wrong, locked or unavailable."""

    verdict: str
    attempts_left: int | None = None
    locked_until: datetime | None = None


async def start_app(deps: Deps, subject_id: str, label: str | None) -> AppEnrolment:
    """Make a secret for an app. It takes the place of a former app only once proved."""
    await require_advanced(deps, subject_id)
    parts, now = deps.authenticators, deps.clock.now()
    secret, enrolment_id = parts.random_bytes(TOTP_SECRET_BYTES), deps.new_id()
    sealed = parts.seal.seal(secret, _scope(subject_id, enrolment_id), now)
    expires_at = now + parts.second_factors.enrolment_lifetime
    await authenticator_apps.place_app_enrolment(
        deps.pool, subject_id, StoredSecret(enrolment_id, sealed.key_id, sealed.content), expires_at
    )
    uri = otpauth_uri(secret, issuer=deps.brand, label=canonical_name(label or "") or deps.brand)
    qr_svg = await deps.passwords.off_loop(lambda: _drawn(uri))
    return AppEnrolment(enrolment_id, spelled_secret(secret), uri, qr_svg, expires_at)


def _scope(subject_id: str, owner_id: str) -> str:
    return f"{subject_id}:{owner_id}"


def _drawn(uri: str) -> str:
    # Dark on light with its quiet zone in any colour scheme, or cameras do not find it.
    drawn: str = segno.make(uri, error="m").svg_inline(
        scale=4, border=4, dark="#000", light="#fff", omitsize=True
    )
    return drawn


async def confirm_app(
    deps: Deps, subject_id: str, enrolment_id: str, typed: str
) -> AppConfirmation:
    """Bind an app that shows the right code. Raises ServiceError 409."""
    parts, now = deps.authenticators, deps.clock.now()
    policy = parts.second_factors
    stored = await authenticator_apps.find_app_enrolment(
        deps.pool, subject_id, enrolment_id, now, policy.max_failures
    )
    if stored is None:
        return AppConfirmation("expired")
    sealed = Sealed(stored.key_id, stored.content)
    secret = _opened(deps, sealed, _scope(subject_id, enrolment_id))
    if secret is None:
        return AppConfirmation("expired")
    step = matching_step(secret, canonical_otp(typed), now, policy.window_steps)
    if step is None:
        failures = await authenticator_apps.count_enrolment_failure(deps.pool, enrolment_id)
        return AppConfirmation("wrong", max(0, policy.max_failures - failures))
    # The step that proved the app opens nothing afterwards.
    app = NewApp(enrolment_id, subject_id, stored.key_id, stored.content, step, now)
    return AppConfirmation("added" if await _put_app(deps, app) else "expired")


async def _put_app(deps: Deps, app: NewApp) -> bool:
    policy = deps.authenticators.second_factors
    async with changing(deps, app.subject_id) as db:
        await require_advanced(db, app.subject_id)
        if not await authenticator_apps.take_app_enrolment(
            db, app.app_id, app.now, policy.max_failures
        ):
            return False
        replaced = await authenticator_apps.put_app(db, app)
        kinds = [FactKind.TOTP_REMOVED] if replaced else []
        await record(deps, db, app.subject_id, [*kinds, FactKind.TOTP_ADDED], app.now)
    return True


async def remove_app(deps: Deps, subject_id: str, app_id: str, *, confirmed: bool) -> None:
    """Forget the app. Raises ServiceError 404, and 409 for the last strong method."""
    now = deps.clock.now()
    async with changing(deps, subject_id) as db:
        holdings = await methods.find_holdings(db, subject_id)
        if holdings is None or holdings.app is None or holdings.app.app_id != app_id:
            raise errors.no_such_method()
        refuse_last(holdings, Removable.AUTHENTICATOR_APP, now, confirmed=confirmed)
        await authenticator_apps.remove_app(db, subject_id, app_id)
        await record(deps, db, subject_id, [FactKind.TOTP_REMOVED], now)


async def attempt_totp(deps: Deps, subject_id: str, typed: str, bound_to: str) -> FactorOutcome:
    """Judge a code of the app and, if right, use up its step."""
    parts, now = deps.authenticators, deps.clock.now()
    stored = await authenticator_apps.find_app(deps.pool, subject_id)
    if stored is None:
        return _outcome(deps, "totp_attempt", None)
    scope = _scope(subject_id, stored.owner_id)
    sealed = Sealed(stored.key_id, stored.content)
    secret = _opened(deps, sealed, scope)
    if secret is None:
        return _outcome(deps, "totp_attempt", None)
    step = matching_step(secret, canonical_otp(typed), now, parts.second_factors.window_steps)
    attempt = CodeAttempt(
        app_id=stored.owner_id,
        step=step,
        resealed=_resealed(deps, sealed, secret, scope) if step is not None else None,
        used_for=used_for(bound_to),
        at=now,
    )
    settled = await authenticator_apps.settle_code(deps.pool, attempt, parts.second_factors)
    return _outcome(deps, "totp_attempt", settled)


def _opened(deps: Deps, sealed: Sealed, scope: str) -> bytes | None:
    # A key dropped too early is the operator's to mend: the person uses another factor meanwhile.
    try:
        return deps.authenticators.seal.open(sealed, scope)
    except UnreadableSecretError:
        _log.error("authenticator_secret_unreadable", key_id=sealed.key_id)
        return None


def _resealed(deps: Deps, sealed: Sealed, secret: bytes, scope: str) -> StoredSecret | None:
    seal, now = deps.authenticators.seal, deps.clock.now()
    if not seal.is_outdated(sealed, now):
        return None
    renewed = seal.seal(secret, scope, now)
    return StoredSecret(scope, renewed.key_id, renewed.content)


async def create_recovery_codes(deps: Deps, subject_id: str) -> tuple[str, ...]:
    """Make a list of codes, shown this once; the former list is void. Raises ServiceError 409."""
    parts, now = deps.authenticators, deps.clock.now()
    codes = new_recovery_codes(parts.second_factors.recovery_codes, deps.random_below)
    key_id = parts.keys.writer(now)
    hashes = [parts.keys.bound(key_id, _recovery_scope(subject_id), code) for code in codes]
    async with changing(deps, subject_id) as db:
        await require_advanced(db, subject_id)
        replaced = await recovery_codes.replace_recovery_codes(db, subject_id, key_id, hashes, now)
        kinds = [FactKind.RECOVERY_CODES_REMOVED] if replaced else []
        await record(deps, db, subject_id, [*kinds, FactKind.RECOVERY_CODES_CREATED], now)
    return tuple(shown_recovery_code(code) for code in codes)


def _recovery_scope(subject_id: str) -> str:
    return f"recovery:{subject_id}"


async def attempt_recovery_code(
    deps: Deps, subject_id: str, typed: str, bound_to: str
) -> FactorOutcome:
    """Judge a code of the printed list and, if right, use it up."""
    parts = deps.authenticators
    hashes = parts.keys.every(_recovery_scope(subject_id), canonical_recovery_code(typed))
    settled = await recovery_codes.settle_recovery_code(
        deps.pool,
        subject_id,
        hashes,
        used_for(bound_to),
        deps.clock.now(),
        parts.second_factors,
    )
    return _outcome(deps, "recovery_code_attempt", settled)


def _outcome(deps: Deps, metric: str, settled: SettledCode | None) -> FactorOutcome:
    verdict = settled.verdict if settled else UNAVAILABLE
    OUTCOMES.labels(metric, verdict).inc()
    if settled is None or verdict in {"accepted", UNAVAILABLE}:
        return FactorOutcome(verdict)
    if verdict == "locked":
        return FactorOutcome(verdict, locked_until=settled.blocked_until)
    left = attempts_left(settled.failures, deps.authenticators.second_factors)
    return FactorOutcome(verdict, left, settled.blocked_until)
