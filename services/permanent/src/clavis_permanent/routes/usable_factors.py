"""Which second factors a person could use now. Only the gateway asks, for a step-up."""

from uuid import UUID

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from clavis_permanent.actions.usable_factors import find_usable_factors
from clavis_permanent.routes.wire import DepsDep
from clavis_permanent.rules.methods import SecondFactor

router = APIRouter(prefix="/v1", dependencies=[Depends(caller("gateway"))])


class PersonIn(BaseModel):
    """A person known by a session that began with the password."""

    subject_id: UUID


class UsableFactorsOut(BaseModel):
    """What may confirm the password now."""

    second_factors: list[SecondFactor]


@router.post("/second-factors")
async def usable_factors(body: PersonIn, deps: DepsDep) -> UsableFactorsOut:
    """Name what would complete a login by password, so that a step-up asks only for that."""
    usable = await find_usable_factors(deps, str(body.subject_id))
    return UsableFactorsOut(second_factors=list(usable))
