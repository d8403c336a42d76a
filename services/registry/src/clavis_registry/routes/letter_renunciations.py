"""Renouncing with the code of a letter: for people without a session, through the gateway."""

import base64
from datetime import datetime
from typing import Annotated

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import BaseModel, StrictBool

from clavis_registry.actions import letter_renunciations
from clavis_registry.actions.letter_renunciations import Typed
from clavis_registry.routes.access import DepsOf
from clavis_registry.routes.inputs import Language, PathId, ShortText, Text
from clavis_registry.routes.online_models import VerdictOut

internal = APIRouter(prefix="/internal/v1", tags=["letters"])
FromGateway = Annotated[str, Depends(caller("gateway"))]


class LetterRenunciationIn(BaseModel):
    """Number, datum of the document and code of the letter; `source` is what limits go by."""

    national_id: ShortText
    contrast: ShortText
    csv: ShortText
    language: Language
    source: Text


class AskedOut(BaseModel):
    """The same for everybody: only to who proved all three a code is on its way."""

    outcome: str = "accepted"
    renunciation_id: str
    expires_at: datetime


class LetterRenunciationProofIn(BaseModel):
    """The code that came to the phone, and that the warning was read and confirmed."""

    code: ShortText
    confirmed: StrictBool


class RenouncedOut(BaseModel):
    """The identity has ended; the proof is fetched once with the token."""

    outcome: str = "renounced"
    renounced_at: datetime
    proof_token: str


class ProofTokenIn(BaseModel):
    """The token that the end of the renunciation gave."""

    proof_token: Text


class ProofPdfOut(BaseModel):
    """The sealed proof as PDF in base64."""

    proof_pdf: str


@internal.post("/letter-renunciations", summary="Ask to renounce with the code of a letter")
async def ask(body: LetterRenunciationIn, _: FromGateway, deps: DepsOf) -> AskedOut:
    """Keep the request. Known or unknown, right or wrong: the answer is the same."""
    typed = Typed(body.national_id, body.contrast, body.csv, body.language, body.source)
    asked = await letter_renunciations.ask(deps, typed)
    return AskedOut(renunciation_id=asked.act_id, expires_at=asked.expires_at)


@internal.post("/letter-renunciations/{renunciation_id}/proof", summary="Confirm and renounce")
async def prove(
    renunciation_id: PathId, body: LetterRenunciationProofIn, _: FromGateway, deps: DepsOf
) -> RenouncedOut | VerdictOut:
    """End the identity of who types the code, or return `wrong`, `expired` or `locked`."""
    outcome = await letter_renunciations.prove(
        deps, renunciation_id, body.code, confirmed=body.confirmed
    )
    if isinstance(outcome, tuple):
        return VerdictOut.of(*outcome)
    return RenouncedOut(renounced_at=outcome.at, proof_token=outcome.proof_token)


@internal.post("/renunciation-proofs", summary="The proof of a renunciation by letter, once")
async def proof(body: ProofTokenIn, _: FromGateway, deps: DepsOf) -> ProofPdfOut:
    """Return the sealed proof to who renounced."""
    pdf = await letter_renunciations.proof_by_token(deps, body.proof_token)
    return ProofPdfOut(proof_pdf=base64.b64encode(pdf).decode())
