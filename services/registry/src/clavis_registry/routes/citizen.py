"""The API of the citizen portal: my data, my history, my renunciation."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from clavis_kit.access_tokens import require_loa
from clavis_kit.loa import Loa
from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from clavis_registry.actions import citizens, proofs, renunciations
from clavis_registry.routes.access import CitizenOf, DepsOf
from clavis_registry.routes.citizen_life import LoginOf, login_of, pdf_response
from clavis_registry.routes.inputs import PathId, RenunciationIn
from clavis_registry.routes.outputs import (
    CitizenOut,
    HistoryEntryOut,
    HistoryOut,
    RenunciationOut,
    TermsOut,
)
from clavis_registry.rules.person import Level
from clavis_registry.store.evidence import HistoryPlace

router = APIRouter(prefix="/citizen/v1", tags=["citizen"])
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
PLACE = r"^[0-9]{1,17}\.(change|lookup)\.[0-9]{1,18}$"


@router.get("/me", summary="My data, as the registry holds them")
async def show_me(token: CitizenOf, deps: DepsOf) -> CitizenOut:
    """Return the citizen's own record, contact data masked."""
    return CitizenOut.of(await citizens.own_record(deps, token.subject_id))


@router.get("/terms", summary="The terms of use in force, to read and accept")
async def show_terms(_: CitizenOf) -> TermsOut:
    """Return the terms per language; what is accepted names this version."""
    return TermsOut.in_force()


@router.get("/history", summary="Who looked at my data, and what changed")
async def show_history(
    login: LoginOf,
    deps: DepsOf,
    before: Annotated[AwareDatetime | None, Query()] = None,
    after: Annotated[str | None, Query(pattern=PLACE, max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=citizens.HISTORY_PAGE)] = citizens.HISTORY_PAGE,
) -> HistoryOut:
    """Return a page of entries, newest first; `after` is `next` of the former page."""
    place = _place(after) if after else HistoryPlace(before, "", 0) if before else None
    entries = await citizens.own_history(deps, login, place, limit)
    return HistoryOut(
        entries=[HistoryEntryOut.of(entry) for entry in entries],
        next=_text(entries[-1].place) if len(entries) == limit else None,
    )


def _text(place: HistoryPlace) -> str:
    return f"{int((place.at - EPOCH) / MICROSECOND)}.{place.kind}.{place.entry_id}"


def _place(text: str) -> HistoryPlace:
    micros, kind, entry_id = text.split(".")
    return HistoryPlace(EPOCH + int(micros) * MICROSECOND, kind, int(entry_id))


@router.post("/renunciation", status_code=201, summary="Give up my digital identity")
async def renounce(body: RenunciationIn, token: CitizenOf, deps: DepsOf) -> RenunciationOut:
    """End the identity at once. An advanced one needs a login of at least substantial.

    With a certificate, one who never enrolled may renounce too.
    """
    record = await citizens.own_record(deps, token.subject_id)
    if record.person.level is Level.ADVANCED:
        require_loa(token, Loa.SUBSTANTIAL)
    proof = await renunciations.renounce(deps, await login_of(token), confirmed=body.confirmed)
    return RenunciationOut(
        proof_id=proof.proof_id,
        renounced_at=proof.renounced_at,
        proof=f"/citizen/v1/renunciations/{proof.proof_id}.pdf",
    )


@router.get(
    "/renunciations/{proof_id}.pdf",
    summary="The proof of my renunciation",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
async def renunciation_pdf(proof_id: PathId, token: CitizenOf, deps: DepsOf) -> Response:
    """Return the proof: the only thing that the token of an ended identity still opens."""
    reader = proofs.Reader.citizen(token.subject_id)
    return pdf_response(await proofs.renunciation_pdf(deps, reader, proof_id), "renunciation")
