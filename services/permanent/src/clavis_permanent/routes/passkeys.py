"""Passkeys: bound and removed through the portal, judged for the gateway's login page."""

from typing import Annotated, Any, Literal
from uuid import UUID

from clavis_kit.ids import decode_base64url
from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from clavis_permanent.actions import methods, passkeys
from clavis_permanent.actions.passkeys import PasskeyOutcome
from clavis_permanent.ceremonies import Assertion, Attestation
from clavis_permanent.errors import last_strong_method
from clavis_permanent.routes.access import Citizen, StandingCitizen
from clavis_permanent.routes.methods import Label, PasskeyOut, passkey_out, require_fresh
from clavis_permanent.routes.wire import DepsDep
from clavis_permanent.rules import Level

citizen_router = APIRouter(prefix="/citizen/v1/passkeys")
login_router = APIRouter(prefix="/v1/passkey-logins", dependencies=[Depends(caller("gateway"))])
_BASE64URL = r"^[A-Za-z0-9_-]*$"


def _decodable(text: str) -> str:
    decode_base64url(text)
    return text


def _bytes(text: str) -> bytes:
    return decode_base64url(text)


# W3C Web Authentication Level 3 section 5.1: binary members travel as base64url in JSON.
CredentialId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1364, pattern=_BASE64URL),
    AfterValidator(_decodable),
]
Binary = Annotated[
    str, StringConstraints(max_length=32_768, pattern=_BASE64URL), AfterValidator(_decodable)
]


Transport = Annotated[str, StringConstraints(max_length=32)]


class OptionsIn(BaseModel):
    """`account_label`: by what the person's device shows whose passkey it is; never kept."""

    account_label: Label | None = None


class OptionsOut(BaseModel):
    """For navigator.credentials.create: PublicKeyCredentialCreationOptionsJSON."""

    options: dict[str, Any]


class AttestationResponseIn(BaseModel):
    """AuthenticatorAttestationResponseJSON."""

    clientDataJSON: Binary  # noqa: N815  the name of the standard
    attestationObject: Binary  # noqa: N815
    transports: list[Transport] = Field(default_factory=list, max_length=16)


class RegistrationIn(BaseModel):
    """RegistrationResponseJSON."""

    id: CredentialId
    type: Literal["public-key"]
    response: AttestationResponseIn


class PasskeyIn(BaseModel):
    """What navigator.credentials.create gave, and what the person calls it."""

    credential: RegistrationIn
    name: Annotated[str, StringConstraints(max_length=200)]


class NameIn(BaseModel):
    """What the person calls it."""

    name: Annotated[str, StringConstraints(max_length=200)]


class PasskeysOut(BaseModel):
    """The person's passkeys, oldest first."""

    passkeys: list[PasskeyOut]


class LoginStartOut(BaseModel):
    """For navigator.credentials.get: PublicKeyCredentialRequestOptionsJSON."""

    passkey_login_id: str
    options: dict[str, Any]


class AssertionResponseIn(BaseModel):
    """AuthenticatorAssertionResponseJSON."""

    clientDataJSON: Binary  # noqa: N815
    authenticatorData: Binary  # noqa: N815
    signature: Binary
    userHandle: Binary | None = None  # noqa: N815


class AuthenticationIn(BaseModel):
    """AuthenticationResponseJSON."""

    id: CredentialId
    type: Literal["public-key"]
    response: AssertionResponseIn


class AssertionIn(BaseModel):
    """What navigator.credentials.get gave."""

    credential: AuthenticationIn


class AssertionOut(BaseModel):
    """The verdict; with `wrong` and `expired` nothing else is said."""

    verdict: Literal["accepted", "wrong", "expired"]
    subject_id: str | None = None
    enrolment_level: Level | None = None
    amr_hint: list[str] | None = None
    user_verified: bool | None = None


@citizen_router.post("/options")
async def start_passkey(
    token: StandingCitizen, deps: DepsDep, body: OptionsIn | None = None
) -> OptionsOut:
    """Begin to bind a passkey: the answer is for the browser, the next call within 5 minutes."""
    require_fresh(token, deps)
    label = body.account_label if body else None
    return OptionsOut(options=await passkeys.enrolment_options(deps, token.subject_id, label))


@citizen_router.post("", status_code=201)
async def bind_passkey(token: StandingCitizen, body: PasskeyIn, deps: DepsDep) -> PasskeyOut:
    """Bind what the authenticator created. The challenge shows that the session was fresh."""
    sent = Attestation(
        credential_id=_bytes(body.credential.id),
        client_data=_bytes(body.credential.response.clientDataJSON),
        attestation_object=_bytes(body.credential.response.attestationObject),
    )
    transports = body.credential.response.transports
    return passkey_out(
        await passkeys.bind_passkey(deps, token.subject_id, sent, transports, body.name)
    )


@citizen_router.get("")
async def list_passkeys(token: Citizen, deps: DepsDep) -> PasskeysOut:
    """Show the person's passkeys."""
    overview = await methods.view_methods(deps, token.subject_id)
    return PasskeysOut(passkeys=[passkey_out(passkey) for passkey in overview.passkeys])


@citizen_router.patch("/{passkey_id}", status_code=204)
async def rename_passkey(
    passkey_id: UUID, token: StandingCitizen, body: NameIn, deps: DepsDep
) -> None:
    """Give a passkey another name."""
    await passkeys.rename_passkey(deps, token.subject_id, str(passkey_id), body.name)


@citizen_router.delete("/{passkey_id}", status_code=204)
async def remove_passkey(
    passkey_id: UUID, token: StandingCitizen, deps: DepsDep, confirmed: bool = False
) -> None:
    """Forget a passkey: first the warning if it is the last strong method, then the step-up."""
    if not confirmed and await passkeys.is_last(deps, token.subject_id, str(passkey_id)):
        raise last_strong_method()
    require_fresh(token, deps)
    await passkeys.remove_passkey(deps, token.subject_id, str(passkey_id), confirmed=confirmed)


@login_router.post("")
async def start_login(deps: DepsDep) -> LoginStartOut:
    """Begin a login by passkey; nobody is named."""
    login = await passkeys.start_login(deps)
    return LoginStartOut(passkey_login_id=login.passkey_login_id, options=login.options)


@login_router.post("/{passkey_login_id}/assertion", response_model_exclude_none=True)
async def finish_login(passkey_login_id: UUID, body: AssertionIn, deps: DepsDep) -> AssertionOut:
    """Judge the signature and, if right, say who came."""
    response = body.credential.response
    sent = Assertion(
        credential_id=_bytes(body.credential.id),
        client_data=_bytes(response.clientDataJSON),
        authenticator_data=_bytes(response.authenticatorData),
        signature=_bytes(response.signature),
        user_handle=_bytes(response.userHandle) if response.userHandle else None,
    )
    return _assertion_out(await passkeys.finish_login(deps, str(passkey_login_id), sent))


def _assertion_out(outcome: PasskeyOutcome) -> AssertionOut:
    return AssertionOut.model_validate(
        {
            "verdict": outcome.verdict.value,
            "subject_id": outcome.subject_id,
            "enrolment_level": outcome.level,
            "amr_hint": list(outcome.amr) if outcome.amr else None,
            # Never accepted otherwise.
            "user_verified": True if outcome.subject_id else None,
        }
    )
