"""Invitation letters: for people without a session (through the gateway) and for the office."""

from datetime import datetime
from typing import Annotated

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from clavis_registry.actions import letter_completions, letter_spool, letters, online, receipts
from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.actions.letter_completions import Limited, TypedCompletion
from clavis_registry.routes.access import DepsOf, OfficerOf, require
from clavis_registry.routes.inputs import Language, PathId, ReasonIn, ShortText, Text
from clavis_registry.routes.online_models import (
    CodeSentOut,
    ContactIn,
    EntryOut,
    OnlineProofIn,
    ReceiptIn,
    ReceiptOut,
    VerdictOut,
)
from clavis_registry.rules.letter import LetterState
from clavis_registry.rules.lookup import canonical_reason
from clavis_registry.rules.permissions import Action
from clavis_registry.store.letters import Letter

internal = APIRouter(prefix="/internal/v1", tags=["letters"])
office = APIRouter(prefix="/officer/v1", tags=["letters"])
FromGateway = Annotated[str, Depends(caller("gateway"))]


class IdentityIn(BaseModel):
    """Who somebody claims to be, and the datum of the document."""

    national_id: ShortText
    contrast: ShortText


class LetterIn(IdentityIn):
    """A request for a letter; `source` is what the gateway limits by, such as an address."""

    language: Language
    source: Text


class LetterCompletionIn(IdentityIn, ContactIn):
    """What is typed with the letter at hand."""

    csv: ShortText


class AcceptedOut(BaseModel):
    """The same for everybody."""

    outcome: str = "accepted"


class LetterStatusOut(BaseModel):
    """`known`, `mismatch` (number and datum are not together) or `limited`."""

    outcome: str
    state: str | None = None
    requested_at: datetime | None = None
    printed_at: datetime | None = None
    sent_at: datetime | None = None
    expires_at: datetime | None = None
    address_hint: str | None = None
    retry_at: datetime | None = None


class OfficeLetterIn(BaseModel):
    """Whom an officer invites, and why."""

    national_id: ShortText
    language: Language
    reason: Text = Field(min_length=5)


class InvitationOut(BaseModel):
    """What became of an invitation."""

    outcome: str


class LetterOut(BaseModel):
    """A letter in the spool: no name, no number, no code."""

    letter_id: str
    origin: str
    language: str
    state: str
    requested_at: datetime
    printed_at: datetime | None
    sent_at: datetime | None
    expires_at: datetime | None

    @classmethod
    def of(cls, letter: Letter) -> "LetterOut":
        """Show a letter."""
        return cls(**{name: getattr(letter, name) for name in cls.model_fields})


class LettersOut(BaseModel):
    """Letters in one state, oldest first."""

    letters: list[LetterOut]


class ScanIn(BaseModel):
    """What was read from a returned letter: its reference or its code."""

    scanned: ShortText


class LetterReturnOut(BaseModel):
    """Which letter came back."""

    letter_id: str


@internal.post("/letters", summary="Ask for an invitation letter")
async def ask(body: LetterIn, _: FromGateway, deps: DepsOf) -> AcceptedOut:
    """Keep the request. Known or unknown, right or wrong: the answer is the same."""
    await letters.ask_for_letter(deps, body.national_id, body.contrast, body.language, body.source)
    return AcceptedOut()


@internal.post("/letter-status", summary="Where my letter is")
async def status(body: IdentityIn, _: FromGateway, deps: DepsOf) -> LetterStatusOut:
    """Return the state of the letter to who knows the document."""
    found = await letter_completions.letter_status(deps, body.national_id, body.contrast)
    if found is None:
        return LetterStatusOut(outcome="mismatch")
    if isinstance(found, Limited):
        return LetterStatusOut(outcome="limited", retry_at=found.retry_at)
    letter = found.letter
    return LetterStatusOut(
        outcome="known",
        state=found.state,
        requested_at=letter.requested_at if letter else None,
        printed_at=letter.printed_at if letter else None,
        sent_at=letter.sent_at if letter else None,
        expires_at=letter.expires_at if letter else None,
        address_hint=found.address_hint,
    )


@internal.post("/letter-completions", summary="Enrol with the code of a letter")
async def complete(body: LetterCompletionIn, _: FromGateway, deps: DepsOf) -> CodeSentOut:
    """Send the phone code when number, datum and code are right together."""
    typed = TypedCompletion(
        body.national_id, body.contrast, body.csv, *body.canonical(), body.language
    )
    outcome = await letter_completions.begin_completion(deps, typed)
    if outcome is None:
        return CodeSentOut(outcome="mismatch")
    if isinstance(outcome, Limited):
        return CodeSentOut(outcome="limited", retry_at=outcome.retry_at)
    return CodeSentOut.of(outcome.completion_id, outcome.sent)


@internal.post("/letter-completions/{completion_id}/phone-codes", summary="Send another code")
async def resend(completion_id: PathId, _: FromGateway, deps: DepsOf) -> CodeSentOut:
    """Send another code to the same phone."""
    return CodeSentOut.of(completion_id, await online.resend(deps, completion_id))


@internal.post("/letter-completions/{completion_id}/proof", summary="Prove the phone and enter")
async def prove(
    completion_id: PathId, body: OnlineProofIn, _: FromGateway, deps: DepsOf
) -> EntryOut | VerdictOut:
    """Enter the person at the basic level; the receipt token fetches the activation code once."""
    outcome = await letter_completions.prove(deps, completion_id, body.code, body.terms)
    return VerdictOut.of(*outcome) if isinstance(outcome, tuple) else EntryOut.of(outcome)


@internal.post("/receipts", summary="The receipt of an enrolment, once")
async def receipt(body: ReceiptIn, _: FromGateway, deps: DepsOf) -> ReceiptOut:
    """Return the receipt as PDF and put its activation code in force."""
    return ReceiptOut.of(await receipts.receipt_by_token(deps, body.receipt_token))


@office.post("/letters", status_code=201, summary="Invite a person by letter")
async def invite(body: OfficeLetterIn, officer: OfficerOf, deps: DepsOf) -> InvitationOut:
    """Queue a letter to the address on record; say why none goes out."""
    require(officer, Action.ENROL)
    outcome = await letters.invite_at_office(
        deps, officer, body.national_id, body.language, canonical_reason(body.reason)
    )
    return InvitationOut(outcome=outcome)


@office.get("/letters", summary="The spool of the printer")
async def spool(
    officer: OfficerOf, deps: DepsOf, state: Annotated[LetterState, Query()] = LetterState.QUEUED
) -> LettersOut:
    """Return the letters in a state that this organisation prints, oldest first."""
    require(officer, Action.PRINT_LETTERS)
    found = await letter_spool.spool_at_office(deps, officer, state)
    return LettersOut(letters=[LetterOut.of(letter) for letter in found])


@office.post(
    "/letters/{letter_id}/print",
    summary="Print a letter, once",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
async def print_letter(
    letter_id: PathId, body: ReasonIn, officer: OfficerOf, deps: DepsOf
) -> Response:
    """Make the letter with its code and count it as printed; the person sees the reason."""
    require(officer, Action.PRINT_LETTERS)
    pdf = await letter_spool.print_letter(deps, officer, letter_id, body.reason)
    headers = {"Content-Disposition": f'attachment; filename="{letter_id}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@office.post("/letters/{letter_id}/sent", status_code=204, summary="The post took the letter")
async def sent(letter_id: PathId, officer: OfficerOf, deps: DepsOf) -> None:
    """Count a printed letter as sent."""
    require(officer, Action.PRINT_LETTERS)
    await letter_spool.mark_sent(deps, officer_actor(officer), letter_id)


@office.post("/letter-returns", summary="The post returned a letter")
async def returned(body: ScanIn, officer: OfficerOf, deps: DepsOf) -> LetterReturnOut:
    """Find the letter by its reference or code, and end it."""
    require(officer, Action.PRINT_LETTERS)
    letter_id = await letter_spool.mark_returned(deps, officer_actor(officer), body.scanned)
    return LetterReturnOut(letter_id=letter_id)
