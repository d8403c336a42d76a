"""The API of the office console: renounce, come back, revoke, freeze, death, second opinions."""

from typing import Annotated

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends, Response

from clavis_registry.actions import (
    approvals,
    certificate_requests,
    deaths,
    decisions,
    freezing,
    proofs,
    rehabilitations,
    renunciations,
    revocations,
)
from clavis_registry.actions.deaths import Death
from clavis_registry.errors import refuse
from clavis_registry.routes.access import DepsOf, OfficerOf, require
from clavis_registry.routes.citizen_life import PDF, pdf_response
from clavis_registry.routes.inputs import PathId
from clavis_registry.routes.life_inputs import (
    CaseIn,
    DeathIn,
    DecisionIn,
    DeskCertificateIn,
    DeskIn,
    DeskRehabilitationIn,
    LeavingIn,
    OfficerDeathIn,
    RevocationIn,
)
from clavis_registry.routes.life_outputs import (
    ApprovalOut,
    ApprovalsOut,
    DeathOut,
    ProofOut,
    ProposedOut,
    RehabilitatedOut,
    StandingOut,
)
from clavis_registry.rules.permissions import Action
from clavis_registry.rules.person import Cause

router = APIRouter(prefix="/officer/v1", tags=["office"])
feed = APIRouter(prefix="/internal/v1", tags=["internal"])
FromCivilRegistry = Annotated[str, Depends(caller("civil-registry"))]


@router.post("/renunciations", status_code=201, summary="A person at the desk gives up")
async def renounce(body: LeavingIn, officer: OfficerOf, deps: DepsOf) -> ProofOut:
    """End the identity, or bar one that never was; the request was signed on paper."""
    require(officer, Action.RECORD_RENUNCIATION)
    proof = await renunciations.renounce_at_office(deps, officer, body.act(), body.leaving())
    path = f"/officer/v1/renunciations/{proof.proof_id}.pdf"
    return ProofOut(proof_id=proof.proof_id, at=proof.renounced_at, proof=path)


@router.get(
    "/renunciations/{proof_id}.pdf",
    summary="The sealed proof of a renunciation at this office",
    response_class=Response,
    responses=PDF,
)
async def renunciation_pdf(proof_id: PathId, officer: OfficerOf, deps: DepsOf) -> Response:
    """Return the proof, the same at every call."""
    require(officer, Action.RECORD_RENUNCIATION)
    pdf = await proofs.renunciation_pdf(deps, proofs.Reader.officer(officer), proof_id)
    return pdf_response(pdf, "renunciation")


@router.post("/rehabilitations", summary="A person at the desk undoes a renunciation")
async def rehabilitate(
    body: DeskRehabilitationIn, officer: OfficerOf, deps: DepsOf
) -> RehabilitatedOut:
    """Stand registered again, with the former data, at the advanced level."""
    require(officer, Action.REHABILITATE)
    back = await rehabilitations.rehabilitate_at_office(
        deps, officer, body.act(), body.acceptance()
    )
    standing = StandingOut.of(back.person).model_dump()
    return RehabilitatedOut(**standing, phone_verified=back.phone_verified)


@router.post("/revocations", summary="Revoke an identity ex officio")
async def revoke(body: RevocationIn, officer: OfficerOf, deps: DepsOf) -> StandingOut:
    """End the identity for a cause and a case; the person is told."""
    require(officer, Action.REVOKE)
    # A rejected video revokes by itself, with its own evidence.
    if body.cause is Cause.VIDEO_REJECTED:
        raise refuse("cause-needs-case")
    person = await revocations.revoke(deps, officer, body.act(), body.cause, body.case())
    return StandingOut.of(person)


@router.post("/revocation-liftings", status_code=202, summary="Propose to lift a revocation")
async def propose_lifting(body: CaseIn, officer: OfficerOf, deps: DepsOf) -> ProposedOut:
    """Propose; a second officer decides. After changed identity data the person enrols anew."""
    require(officer, Action.LIFT_REVOCATION)
    approval_id = await revocations.propose_lifting(deps, officer, body.act(), body.case())
    return ProposedOut(approval_id=approval_id)


@router.post("/deaths", summary="Record a death")
async def record_death(body: OfficerDeathIn, officer: OfficerOf, deps: DepsOf) -> DeathOut:
    """End the identity; telling it twice changes nothing."""
    require(officer, Action.RECORD_DEATH)
    death = Death(body.national_id, body.died_on, body.source_reference)
    outcome = await deaths.record_death_at_office(deps, officer, death, body.reason)
    return DeathOut(outcome=outcome)


@feed.post("/deaths", summary="A death told by the civil registry")
async def told_death(body: DeathIn, _: FromCivilRegistry, deps: DepsOf) -> DeathOut:
    """End the identity; telling it twice changes nothing."""
    death = Death(body.national_id, body.died_on, body.source_reference)
    return DeathOut(outcome=await deaths.record_death(deps, death))


@router.post("/death-corrections", status_code=202, summary="Propose that a death was none")
async def propose_correction(body: CaseIn, officer: OfficerOf, deps: DepsOf) -> ProposedOut:
    """Propose; a second officer decides, and what stood before stands again."""
    require(officer, Action.CORRECT_DEATH)
    approval_id = await deaths.propose_correction(deps, officer, body.act(), body.case())
    return ProposedOut(approval_id=approval_id)


@router.post("/freezes", summary="Stop every method of a person who asks for it")
async def freeze(body: DeskIn, officer: OfficerOf, deps: DepsOf) -> StandingOut:
    """Freeze; a call is enough, since nothing is lost."""
    require(officer, Action.FREEZE)
    return StandingOut.of(await freezing.freeze_at_office(deps, officer, body.act()))


@router.post("/unfreezings", summary="Let the methods of a person who is present work again")
async def unfreeze(body: DeskIn, officer: OfficerOf, deps: DepsOf) -> StandingOut:
    """Unfreeze."""
    require(officer, Action.UNFREEZE)
    return StandingOut.of(await freezing.unfreeze_at_office(deps, officer, body.act()))


@router.post(
    "/certificate-revocations", status_code=201, summary="Take a request to revoke certificates"
)
async def revoke_certificate(body: DeskCertificateIn, officer: OfficerOf, deps: DepsOf) -> ProofOut:
    """Ask the signing service to revoke; the person stays enrolled."""
    require(officer, Action.REQUEST_CERTIFICATE_REVOCATION)
    request = await certificate_requests.request_at_office(
        deps, officer, body.act(), key_compromise=body.key_compromise
    )
    path = f"/officer/v1/certificate-revocations/{request.request_id}.pdf"
    return ProofOut(proof_id=request.request_id, at=request.requested_at, proof=path)


@router.get(
    "/certificate-revocations/{request_id}.pdf",
    summary="The sealed receipt of a request at this office",
    response_class=Response,
    responses=PDF,
)
async def revocation_receipt(request_id: PathId, officer: OfficerOf, deps: DepsOf) -> Response:
    """Return the receipt, the same at every call."""
    require(officer, Action.REQUEST_CERTIFICATE_REVOCATION)
    reader = proofs.Reader.officer(officer)
    pdf = await proofs.revocation_request_pdf(deps, reader, request_id)
    return pdf_response(pdf, "certificate-revocation")


@router.get("/approvals", summary="What waits for a second officer")
async def list_approvals(officer: OfficerOf, deps: DepsOf) -> ApprovalsOut:
    """Return the open proposals of the organisation, oldest first."""
    require(officer, Action.APPROVE)
    waiting = await approvals.waiting(deps, officer)
    return ApprovalsOut(approvals=[ApprovalOut.of(one, officer.subject_id) for one in waiting])


@router.get("/approvals/{approval_id}", summary="One proposal")
async def show_approval(approval_id: PathId, officer: OfficerOf, deps: DepsOf) -> ApprovalOut:
    """Return a proposal; its proposer may follow it. Who may decide it reads whom it is about."""
    approval = await approvals.find(deps, officer, approval_id)
    if approval.proposer_subject_id == officer.subject_id:
        return ApprovalOut.of(approval, officer.subject_id)
    require(officer, Action.APPROVE)
    person = await approvals.concerned(deps, officer, approval)
    return ApprovalOut.of(approval, officer.subject_id, person)


@router.post("/approvals/{approval_id}/decision", summary="Approve or reject a proposal")
async def decide(
    approval_id: PathId, body: DecisionIn, officer: OfficerOf, deps: DepsOf
) -> ApprovalOut:
    """Decide; the effect happens at once. Of two deciders one wins and the other sees why."""
    require(officer, Action.APPROVE)
    decided = await decisions.decide(deps, officer, approval_id, body.decision, body.reason)
    return ApprovalOut.of(decided, officer.subject_id)
