"""A person's ways in, as the person sees them through the portal."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from clavis_kit.access_tokens import AccessToken, require_loa, require_recent
from clavis_kit.loa import Loa
from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from clavis_permanent.actions import methods
from clavis_permanent.actions.methods import Overview
from clavis_permanent.deps import Deps
from clavis_permanent.routes.access import Citizen
from clavis_permanent.routes.wire import DepsDep
from clavis_permanent.rules import CredentialState, credential_state, phone_hint
from clavis_permanent.store.passkeys import Passkey

router = APIRouter(prefix="/citizen/v1")


# What the person's own device shows beside the method; it is never kept here.
Label = Annotated[str, StringConstraints(max_length=200)]


def require_fresh(token: AccessToken, deps: Deps) -> None:
    """Refuse a session that is not of substantial level and of just now."""
    require_loa(token, Loa.SUBSTANTIAL)
    require_recent(token, deps.clock.now(), deps.authenticators.fresh_session)


class PasswordOut(BaseModel):
    """The password; `expires_on` is null while there is none."""

    state: CredentialState
    expires_on: date | None


class SmsOut(BaseModel):
    """The phone that codes are sent to, by its last digits; null when there is none."""

    phone_hint: str | None


class PasskeyOut(BaseModel):
    """A passkey. `synced`: it may exist on several devices. `suspended`: a copy of it was seen."""

    passkey_id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    synced: bool
    suspended: bool


class AuthenticatorAppOut(BaseModel):
    """The authenticator app."""

    authenticator_app_id: str
    created_at: datetime
    last_used_at: datetime | None


class RecoveryCodesOut(BaseModel):
    """The printed list, by how many codes are left."""

    left: int
    created_at: datetime


class MethodsOut(BaseModel):
    """Everything kept here. `strong_methods`: how many alone reach the substantial level."""

    password: PasswordOut
    sms: SmsOut
    passkeys: list[PasskeyOut]
    authenticator_app: AuthenticatorAppOut | None
    recovery_codes: RecoveryCodesOut | None
    strong_methods: int
    can_add: bool


def passkey_out(passkey: Passkey) -> PasskeyOut:
    """Show a passkey."""
    return PasskeyOut(
        passkey_id=passkey.passkey_id,
        name=passkey.name,
        created_at=passkey.created_at,
        last_used_at=passkey.last_used_at,
        synced=passkey.backup_eligible,
        suspended=passkey.suspended,
    )


@router.get("/methods")
async def view_methods(token: Citizen, deps: DepsDep) -> MethodsOut:
    """Show the person every way in that is kept here."""
    overview = await methods.view_methods(deps, token.subject_id)
    return _methods_out(overview, deps.clock.now)


def _methods_out(overview: Overview, now: Callable[[], datetime]) -> MethodsOut:
    held = overview.holdings
    state = credential_state(
        exists=held.password,
        blocked=held.password_blocked,
        expires_at=held.password_expires_at,
        now=now(),
    )
    expires_at, app, recovery = held.password_expires_at, held.app, held.recovery
    return MethodsOut(
        password=PasswordOut(
            state=state if held.stands else CredentialState.INACTIVE,
            expires_on=expires_at.date() if expires_at else None,
        ),
        sms=SmsOut(phone_hint=phone_hint(held.phone) if held.phone else None),
        passkeys=[passkey_out(passkey) for passkey in overview.passkeys],
        authenticator_app=AuthenticatorAppOut(
            authenticator_app_id=app.app_id,
            created_at=app.created_at,
            last_used_at=app.last_used_at,
        )
        if app
        else None,
        recovery_codes=RecoveryCodesOut(left=recovery.left, created_at=recovery.created_at)
        if recovery
        else None,
        strong_methods=overview.strong_methods,
        can_add=overview.can_add,
    )
