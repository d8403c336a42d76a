"""What the citizen sees of the password and does with it, through the portal."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from clavis_kit.access_tokens import AccessToken
from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from clavis_permanent.actions import changes, codes, logins, methods, removals
from clavis_permanent.actions.changes import OwnChange, TypedCode, WrongCode, WrongPassword
from clavis_permanent.actions.codes import OtpRequest
from clavis_permanent.actions.new_passwords import InForce, Rejected
from clavis_permanent.actions.removals import Removal, Removed
from clavis_permanent.deps import Deps
from clavis_permanent.errors import last_strong_method, proof_required
from clavis_permanent.routes.access import Citizen, StandingCitizen
from clavis_permanent.routes.otps import OtpRequestOut, request_out
from clavis_permanent.routes.wire import DepsDep, Language, TypedOtp, TypedPassword
from clavis_permanent.rules import Action, CredentialState, Fault, Verdict
from clavis_permanent.rules.facts import FactKind, Proof
from clavis_permanent.rules.methods import Removable
from clavis_permanent.rules.proofs import is_fresh, proofs_of, recovery_proof
from clavis_permanent.store import facts

router = APIRouter(prefix="/citizen/v1")


class CredentialOut(BaseModel):
    """Where the password stands; the dates are null while it is inactive."""

    state: CredentialState
    activated_at: datetime | None
    expires_on: date | None


class HistoryEntryOut(BaseModel):
    """Something that happened to the credentials; `proof` is how the person showed it was them."""

    at: datetime
    kind: FactKind
    proof: Proof | None


class OtpIn(BaseModel):
    """What the code is to confirm. `relying_party` is the name that the message gives."""

    action: Literal["password-change", "password-removal"]
    relying_party: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    language: Language


class CodeIn(BaseModel):
    """A one-time code, and which one it answers."""

    otp_id: UUID
    otp: TypedOtp


class ChangeIn(BaseModel):
    """The present password, the new one, and the code; a certificate login stands for the code."""

    password: TypedPassword
    new_password: TypedPassword
    code: CodeIn | None = None


class RecoveryIn(BaseModel):
    """The password that takes the place of a forgotten one."""

    new_password: TypedPassword


class RemovalIn(BaseModel):
    """Password and code, or neither after a login with a certificate."""

    password: TypedPassword | None = None
    code: CodeIn | None = None
    confirmed: bool = Field(default=False, description="the person was warned")


class ChangeOut(BaseModel):
    """Whether it is in force; fields beyond `outcome` depend on it.

    `expired` speaks of the code, or of a password that was replaced meanwhile.
    """

    outcome: Literal[
        "changed", "rejected", "wrong_password", "blocked", "wrong", "used", "locked", "expired"
    ]
    expires_on: date | None = None
    reasons: tuple[Fault, ...] | None = None
    attempts_left: int | None = None


class RemovalOut(BaseModel):
    """Whether there is no password any more; fields beyond `outcome` depend on it."""

    outcome: Literal[
        "removed", "inactive", "wrong_password", "blocked", "wrong", "used", "locked", "expired"
    ]
    attempts_left: int | None = None


@router.get("/credential")
async def view_credential(token: Citizen, deps: DepsDep) -> CredentialOut:
    """Tell the citizen where the password stands."""
    view = await logins.view_credential(deps, token.subject_id)
    return CredentialOut(
        state=view.state, activated_at=view.activated_at, expires_on=view.expires_on
    )


@router.get("/credential/history")
async def view_history(token: Citizen, deps: DepsDep) -> list[HistoryEntryOut]:
    """Tell the citizen what happened to their credentials, newest first."""
    rows = await facts.read_history(deps.pool, token.subject_id, 100)
    return [HistoryEntryOut(at=row["at"], kind=row["kind"], proof=row["proof"]) for row in rows]


@router.post("/otps", response_model_exclude_none=True)
async def send_otp(body: OtpIn, token: StandingCitizen, deps: DepsDep) -> OtpRequestOut:
    """Send a code that confirms this action in this session and nothing else."""
    action = Action(body.action)
    request = OtpRequest(
        subject_id=token.subject_id,
        action=action,
        bound_to=_scope(token, action),
        relying_party=body.relying_party,
        detail=None,
        language=body.language,
    )
    return request_out(await codes.send_otp(deps, request))


def _scope(token: AccessToken, action: Action) -> str:
    return f"{action}:{token.subject_id}:{token.session_id or ''}"


@router.post("/credential/change", response_model_exclude_none=True)
async def change_password(body: ChangeIn, token: StandingCitizen, deps: DepsDep) -> ChangeOut:
    """Replace the password by another."""
    if body.code is None and not _has_certificate(token, deps):
        raise proof_required()
    change = OwnChange(
        subject_id=token.subject_id,
        password=body.password.get_secret_value(),
        new_password=body.new_password.get_secret_value(),
        otp=_typed(body.code),
        otp_scope=_scope(token, Action.PASSWORD_CHANGE),
        session_id=token.session_id,
    )
    return _change_out(await changes.change_own(deps, change))


@router.post("/credential/recovery", response_model_exclude_none=True)
async def recover_password(body: RecoveryIn, token: StandingCitizen, deps: DepsDep) -> ChangeOut:
    """Replace a forgotten or blocked password after a fresh login by another strong proof."""
    policy = deps.policies.recovery
    proof = recovery_proof(token.amr, token.auth_time, deps.clock.now(), policy)
    if proof is None:
        raise proof_required()
    new_password = body.new_password.get_secret_value()
    return _change_out(await changes.recover_own(deps, token.subject_id, new_password, proof))


@router.post("/credential/removal", response_model_exclude_none=True)
async def remove_password(body: RemovalIn, token: StandingCitizen, deps: DepsDep) -> RemovalOut:
    """Remove the password. Signing rests until there is another."""
    complete = body.password is not None and body.code is not None
    if not complete and not _has_certificate(token, deps):
        raise proof_required()
    last = await methods.would_be_last(deps, token.subject_id, Removable.PASSWORD)
    if last and not body.confirmed:
        raise last_strong_method()
    removal = Removal(
        subject_id=token.subject_id,
        password=body.password.get_secret_value() if body.password else None,
        otp=_typed(body.code),
        otp_scope=_scope(token, Action.PASSWORD_REMOVAL),
    )
    outcome = await removals.remove_own(deps, removal)
    match outcome:
        case Removed():
            return RemovalOut(outcome="removed")
        case WrongPassword():
            return RemovalOut(outcome="blocked" if outcome.blocked else "wrong_password")
        case WrongCode():
            return RemovalOut.model_validate(_code_out(outcome))
        case _:
            return RemovalOut(outcome="inactive")


def _has_certificate(token: AccessToken, deps: Deps) -> bool:
    max_age = deps.policies.recovery.max_age
    fresh = is_fresh(token.auth_time, deps.clock.now(), max_age)
    return fresh and Proof.CERTIFICATE in proofs_of(token.amr)


def _typed(code: CodeIn | None) -> TypedCode | None:
    return TypedCode(str(code.otp_id), code.otp.get_secret_value()) if code else None


def _change_out(outcome: changes.OwnChangeOutcome) -> ChangeOut:
    match outcome:
        case InForce():
            return ChangeOut(outcome="changed", expires_on=outcome.expires_on)
        case Rejected():
            return ChangeOut(outcome="rejected", reasons=outcome.faults)
        case WrongPassword():
            return ChangeOut(outcome="blocked" if outcome.blocked else "wrong_password")
        case WrongCode():
            return ChangeOut.model_validate(_code_out(outcome))
        case _:
            return ChangeOut(outcome="expired")


def _code_out(outcome: WrongCode) -> dict[str, str | int | None]:
    # A right code of somebody else's is wrong here.
    told = Verdict.WRONG if outcome.verdict is Verdict.ACCEPTED else outcome.verdict
    return {"outcome": told.value, "attempts_left": outcome.attempts_left}
