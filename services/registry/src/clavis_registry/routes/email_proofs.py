"""The API by which who enrolled without a session proves the e-mail address."""

from datetime import datetime
from typing import Annotated

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from clavis_registry.actions import email_proofs
from clavis_registry.routes.access import DepsOf
from clavis_registry.routes.inputs import PathId, ShortText
from clavis_registry.routes.online_models import ReceiptIn, VerdictOut
from clavis_registry.rules.contact import mask_email

internal = APIRouter(prefix="/internal/v1", tags=["enrolments"])
FromGateway = Annotated[str, Depends(caller("gateway"))]


class EmailProofIn(ReceiptIn):
    """The token of the receipt and the code that came by e-mail."""

    code: ShortText


class EmailCodeOut(BaseModel):
    """A code on its way to the address given at the enrolment."""

    outcome: str = "code_sent"
    email_proof_id: str
    email_hint: str
    expires_at: datetime
    resend_at: datetime
    delivered: bool


@internal.post("/email-proofs", status_code=201, summary="Send a code to the e-mail address")
async def begin(body: ReceiptIn, _: FromGateway, deps: DepsOf) -> EmailCodeOut:
    """Send a code; the receipt's token, made or not, shows who enrolled. Again sends another."""
    begun = await email_proofs.begin(deps, body.receipt_token)
    return EmailCodeOut(
        email_proof_id=begun.change_id,
        email_hint=mask_email(begun.sent.mobile),
        expires_at=begun.sent.expires_at,
        resend_at=begun.sent.resend_at,
        delivered=begun.sent.delivered,
    )


@internal.post("/email-proofs/{email_proof_id}/proof", summary="Prove the e-mail address")
async def prove(
    email_proof_id: PathId, body: EmailProofIn, _: FromGateway, deps: DepsOf
) -> VerdictOut:
    """Return `accepted`, and the address is proved; else `wrong`, `expired` or `locked`."""
    return VerdictOut.of(
        *await email_proofs.prove(deps, body.receipt_token, email_proof_id, body.code)
    )
