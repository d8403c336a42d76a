"""The answer to a notice: it was not me. Called by the gateway's page."""

from typing import Annotated, Literal

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints

from clavis_permanent.actions import reports
from clavis_permanent.routes.wire import DepsDep

router = APIRouter(prefix="/v1/fraud-reports", dependencies=[Depends(caller("gateway"))])


class ReportIn(BaseModel):
    """The token of a notice."""

    token: Annotated[str, StringConstraints(max_length=200)]


class ReportOut(BaseModel):
    """Whether every method of the person stopped."""

    outcome: Literal["frozen", "invalid"]


class CheckOut(BaseModel):
    """Whether the token would be taken."""

    valid: bool


@router.post("")
async def report(body: ReportIn, deps: DepsDep) -> ReportOut:
    """Stop every method of the person whose notice this is, once."""
    frozen = await reports.report(deps, body.token)
    return ReportOut(outcome="frozen" if frozen else "invalid")


@router.post("/check")
async def check(body: ReportIn, deps: DepsDep) -> CheckOut:
    """Say whether the token would be taken; nothing happens."""
    return CheckOut(valid=await reports.may_report(deps, body.token))
