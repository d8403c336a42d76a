"""How logout tokens reach relying parties, in the operator's API."""

from __future__ import annotations

from datetime import datetime

from clavis_kit.errors import ServiceError
from fastapi import APIRouter
from pydantic import BaseModel

from clavis_gateway.admin import versions
from clavis_gateway.admin.access import Operator
from clavis_gateway.admin.relying_parties import PATH
from clavis_gateway.deps import DepsDep
from clavis_gateway.store import logouts
from clavis_gateway.store.logouts import Health

router = APIRouter()


class LogoutHealthOut(BaseModel):
    """How logout tokens reach one relying party.

    `paused_until`: it failed so often that it is tried again only then, with one token.
    `abandoned`: tokens given up, ever.
    """

    client_id: str
    failing: bool
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_outcome: str | None
    consecutive_failures: int
    owed: int
    oldest_owed_at: datetime | None
    abandoned: int
    paused_until: datetime | None


def describe(health: Health) -> LogoutHealthOut:
    """Put the health of a relying party into the words of the API."""
    return LogoutHealthOut(
        client_id=health.client_id,
        failing=health.consecutive_failures > 0,
        last_success_at=health.last_success_at,
        last_failure_at=health.last_failure_at,
        last_outcome=health.last_outcome,
        consecutive_failures=health.consecutive_failures,
        owed=health.owed,
        oldest_owed_at=health.oldest_owed_at,
        abandoned=health.abandoned,
        paused_until=health.paused_until,
    )


@router.get("/admin/v1/logout-health")
async def list_health(deps: DepsDep, _: Operator) -> list[LogoutHealthOut]:
    """Tell how every relying party that takes logout tokens is doing."""
    return [describe(one) for one in await logouts.health(deps.pool)]


@router.get(PATH + "/{client_id}/logout-health")
async def show_health(client_id: str, deps: DepsDep, _: Operator) -> LogoutHealthOut:
    """Tell how one relying party is doing; 404 when it takes no logout tokens."""
    await versions.found(deps.pool, client_id)
    found = await logouts.health(deps.pool, client_id)
    if not found:
        raise ServiceError("not-found", 404, "This relying party takes no logout tokens.")
    return describe(found[0])
