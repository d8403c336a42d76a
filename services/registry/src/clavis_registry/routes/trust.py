"""The API of offices, officers and audit; checkpoints of the trail for anybody."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from clavis_registry.actions import auditing, directory, office_openings, trail
from clavis_registry.routes.access import DepsOf, OfficerOf, require
from clavis_registry.routes.inputs import Identifier, PathId, ReasonIn
from clavis_registry.routes.internal import FromGateway
from clavis_registry.routes.trust_models import (
    AppointmentIn,
    AuditEntryOut,
    AuditOut,
    CheckpointsOut,
    ColleagueChangeIn,
    ColleagueOut,
    ColleaguesOut,
    DirectoryOfficeOut,
    DirectoryOut,
    InclusionOut,
    NewOfficeIn,
    OfficeEntryIn,
    OwnOfficeOut,
    OwnOfficesOut,
    SuspensionIn,
    UnusualOut,
    UnusualReportOut,
)
from clavis_registry.rules.checkpoint import public_keys
from clavis_registry.rules.permissions import Action
from clavis_registry.store.auditing import AuditFilter

CHECKPOINT_PAGE = 100
MAX_BIGINT = 2**63 - 1
public = APIRouter(tags=["published"])
internal = APIRouter(prefix="/internal/v1", tags=["internal"])
office = APIRouter(prefix="/officer/v1", tags=["office"])
audit = APIRouter(prefix="/officer/v1/audit", tags=["audit"])
ROUTERS = (public, internal, office, audit)
Typed = Annotated[str, Query(max_length=80, pattern="^[^\\x00]*$")]
Number = Annotated[int, Query(ge=0, le=MAX_BIGINT)]


@internal.get("/offices", summary="The directory of offices")
async def find_offices(
    _: FromGateway, deps: DepsOf, q: Typed = "", province: Typed = "", after: Typed = ""
) -> DirectoryOut:
    """Search by name, place or province, in order of code."""
    found = await directory.find_offices(deps, q, province, after)
    more = found[-1].office.code if len(found) == directory.PAGE else None
    return DirectoryOut(offices=[DirectoryOfficeOut.of(one) for one in found], next=more)


@internal.get("/offices/{office_id}", summary="One office of the directory")
async def show_office(office_id: PathId, _: FromGateway, deps: DepsOf) -> DirectoryOfficeOut:
    """Return address, hours, closures and services."""
    return DirectoryOfficeOut.of(await directory.one_office(deps, office_id))


@office.get("/offices", summary="The offices of the own organisation")
async def list_offices(officer: OfficerOf, deps: DepsOf) -> OwnOfficesOut:
    """Return directory entries to be written anew, those not listed too."""
    require(officer, Action.MANAGE_OFFICES)
    held = await directory.own_offices(deps, officer)
    return OwnOfficesOut(offices=[OwnOfficeOut.of(one) for one in held])


@office.post("/offices", status_code=201, summary="Open an office")
async def open_office(body: NewOfficeIn, officer: OfficerOf, deps: DepsOf) -> OwnOfficeOut:
    """Open an office of the own organisation, with its directory entry."""
    require(officer, Action.MANAGE_OFFICES)
    entry = body.model_dump(exclude={"code"})
    return OwnOfficeOut.of(await office_openings.open_office(deps, officer, body.code, entry))


@office.post("/offices/{office_id}/closure", summary="Close an office")
async def close_office(
    office_id: PathId, body: ReasonIn, officer: OfficerOf, deps: DepsOf
) -> OwnOfficeOut:
    """Close an office where nobody works any more; citizens do not find it afterwards."""
    require(officer, Action.MANAGE_OFFICES)
    return OwnOfficeOut.of(
        await office_openings.close_office(deps, officer, office_id, body.reason)
    )


@office.post("/offices/{office_id}/reopening", summary="Open a closed office again")
async def reopen_office(
    office_id: PathId, body: ReasonIn, officer: OfficerOf, deps: DepsOf
) -> OwnOfficeOut:
    """Open it again, without officers."""
    require(officer, Action.MANAGE_OFFICES)
    return OwnOfficeOut.of(
        await office_openings.reopen_office(deps, officer, office_id, body.reason)
    )


@office.put("/offices/{office_id}", summary="Write the directory entry of an office")
async def describe_office(
    office_id: PathId, body: OfficeEntryIn, officer: OfficerOf, deps: DepsOf
) -> DirectoryOfficeOut:
    """Change what citizens read of an office of the own organisation."""
    require(officer, Action.MANAGE_OFFICES)
    entry = body.model_dump()
    return DirectoryOfficeOut.of(await directory.describe_office(deps, officer, office_id, entry))


@office.get("/officers", summary="The officers of the own organisation")
async def list_officers(officer: OfficerOf, deps: DepsOf) -> ColleaguesOut:
    """Return everybody, suspended ones too."""
    require(officer, Action.MANAGE_OFFICERS)
    held = await directory.colleagues(deps, officer)
    return ColleaguesOut(officers=[ColleagueOut.of(one) for one in held])


@office.post("/officers", status_code=201, summary="Make somebody an officer")
async def appoint(body: AppointmentIn, officer: OfficerOf, deps: DepsOf) -> ColleagueOut:
    """Appoint an officer or a video agent of the own organisation."""
    require(officer, Action.MANAGE_OFFICERS)
    return ColleagueOut.of(
        await directory.appoint(
            deps, officer, body.national_id, body.office_id, body.role, body.name
        )
    )


@office.patch("/officers/{subject_id}", summary="Move an officer or give another role")
async def change_officer(
    subject_id: PathId, body: ColleagueChangeIn, officer: OfficerOf, deps: DepsOf
) -> ColleagueOut:
    """Nobody changes their own."""
    require(officer, Action.MANAGE_OFFICERS)
    return ColleagueOut.of(
        await directory.change(deps, officer, subject_id, body.office_id, body.role)
    )


@office.post("/officers/{subject_id}/suspension", summary="Withdraw an officer's powers")
async def suspend(
    subject_id: PathId, body: SuspensionIn, officer: OfficerOf, deps: DepsOf
) -> ColleagueOut:
    """From the next request on the officer is out."""
    require(officer, Action.MANAGE_OFFICERS)
    held = await directory.suspend(deps, officer, subject_id, body.reason, active=False)
    return ColleagueOut.of(held)


@office.post("/officers/{subject_id}/reinstatement", summary="Give an officer's powers back")
async def reinstate(
    subject_id: PathId, body: SuspensionIn, officer: OfficerOf, deps: DepsOf
) -> ColleagueOut:
    """Undo a suspension."""
    require(officer, Action.MANAGE_OFFICERS)
    held = await directory.suspend(deps, officer, subject_id, body.reason, active=True)
    return ColleagueOut.of(held)


@audit.get("", summary="Who did what")
async def read_audit(
    officer: OfficerOf,
    deps: DepsOf,
    since: AwareDatetime,
    until: AwareDatetime,
    action: Typed | None = None,
    actor_id: Identifier | None = None,
    subject_id: Identifier | None = None,
    office_id: Identifier | None = None,
    before_id: Number | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> AuditOut:
    """Return acts, newest first; a supervisor sees those of the own organisation."""
    require(officer, Action.READ_AUDIT)
    wanted = AuditFilter(since, until, action, actor_id, subject_id, office_id, None, before_id)
    rows = await auditing.audit_page(deps, officer, wanted, limit)
    more = rows[-1].audit_event_id if len(rows) == limit else None
    return AuditOut(entries=[AuditEntryOut.of(row) for row in rows], next=more)


@audit.get("/unusual-lookups", summary="Look-ups that somebody should ask about")
async def unusual(
    officer: OfficerOf, deps: DepsOf, since: AwareDatetime, until: AwareDatetime
) -> UnusualReportOut:
    """Many in an hour, out of hours, of a namesake, of oneself, or of one person again."""
    require(officer, Action.READ_AUDIT)
    found = await auditing.unusual_lookups(deps, officer, since, until)
    return UnusualReportOut(lookups=[UnusualOut.of(one) for one in found])


@audit.get("/proofs/{source}/{row_key}", summary="Proof that a row is in the trail")
async def prove(
    source: Annotated[str, Path(max_length=40, pattern="^[a-z_]+$")],
    row_key: Annotated[str, Path(max_length=40, pattern="^[0-9a-f-]+$")],
    officer: OfficerOf,
    deps: DepsOf,
) -> InclusionOut:
    """Return the path from the row to the root of a signed checkpoint."""
    require(officer, Action.READ_AUDIT)
    return InclusionOut.of(await trail.inclusion_of(deps, source, row_key))


@public.get("/trail/checkpoints", summary="Signed checkpoints of the trail")
async def checkpoints(deps: DepsOf, after: Number = 0) -> CheckpointsOut:
    """Return statements to keep outside: they say nothing of anybody."""
    found = await trail.checkpoints(deps, after, CHECKPOINT_PAGE)
    more = found[-1].batch if len(found) == CHECKPOINT_PAGE else None
    return CheckpointsOut(checkpoints=[one.statement for one in found], next=more)


@public.get("/trail/jwks.json", summary="The key that signs checkpoints")
async def checkpoint_keys(deps: DepsOf) -> dict[str, Any]:
    """Return the public key as a JWK set."""
    return dict(public_keys(deps.keys.checkpoint).as_dict(private=False))
