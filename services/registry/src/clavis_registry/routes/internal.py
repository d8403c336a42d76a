"""The API for other services of the platform: a short-lived token of the caller's own key."""

from typing import Annotated

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends

from clavis_registry.actions import subjects
from clavis_registry.routes.access import DepsOf
from clavis_registry.routes.inputs import ClaimsIn, HolderIn, SubjectIn
from clavis_registry.routes.outputs import ClaimsOut, HolderOut, SubjectOut, TermsOut

router = APIRouter(prefix="/internal/v1", tags=["internal"])
FromGateway = Annotated[str, Depends(caller("gateway"))]
FromSigning = Annotated[str, Depends(caller("signing"))]


@router.get("/terms", summary="The terms of use in force, for people without a session")
async def terms(_: FromGateway) -> TermsOut:
    """Return the terms per language; what is accepted names this version."""
    return TermsOut.in_force()


@router.post("/claims", summary="Claims of a person for a relying party")
async def claims(body: ClaimsIn, _: FromGateway, deps: DepsOf) -> ClaimsOut:
    """Return those of the claims asked for that are known; an ended identity has none."""
    return ClaimsOut(claims=await subjects.claims_of(deps, body.subject_id, set(body.claims)))


@router.post("/subjects", summary="The subject id of a certificate holder")
async def subject(body: SubjectIn, name: FromGateway, deps: DepsOf) -> SubjectOut:
    """Return the person of this number; one who never enrolled gets a subject id."""
    shown = subjects.name_from_certificate(
        body.text("given_name"), body.text("first_surname"), body.text("second_surname")
    )
    person = await subjects.subject_for(deps, name, body.national_id, shown, body.facts())
    return SubjectOut(subject_id=person.subject_id, status=person.status, level=person.level)


@router.post("/certificate-holders", summary="What a certificate says of its holder")
async def certificate_holder(body: HolderIn, _: FromSigning, deps: DepsOf) -> HolderOut:
    """Return the identity data that go into a certificate, and whether one may be issued."""
    person, expires_on = await subjects.certificate_holder(deps, body.subject_id)
    return HolderOut.of(person, expires_on)
