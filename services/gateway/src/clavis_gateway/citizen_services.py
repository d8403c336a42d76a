"""The citizen's services: which they are connected to, when they entered, and cutting one off.

The portal calls this with the citizen's token, as it does for sessions.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from clavis_kit.loa import Loa
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from clavis_gateway import endings
from clavis_gateway.citizen_sessions import CitizenDep
from clavis_gateway.deps import DepsDep
from clavis_gateway.errors import invalid_request
from clavis_gateway.store import accesses, services
from clavis_gateway.store.accesses import Access

PAGE = 25
MAX_PAGE = 100
_MAX_CLIENT_ID = 256
router = APIRouter(prefix="/citizen/v1", tags=["citizen"])


class ConnectedOut(BaseModel):
    """A service the citizen is connected to. `claims` are names, never values."""

    client_id: str
    names: dict[str, str]
    purpose: dict[str, str]
    client_uri: str | None
    claims: list[str]
    first_at: datetime | None
    last_at: datetime | None
    times: int
    acr: str | None
    level: str | None
    method: str | None
    holds_tokens: bool


class AccessOut(BaseModel):
    """One entry into a service. `anew`: the citizen acted; else an open session answered."""

    access_id: str
    client_id: str
    names: dict[str, str]
    at: datetime
    acr: str
    level: str
    method: str
    claims: list[str]
    anew: bool


class AccessPageOut(BaseModel):
    """A page of the history, newest first; `next` is asked for as `after`."""

    entries: list[AccessOut]
    next: str | None


class LastAccessOut(BaseModel):
    """The login before the session of this token; none when this is the first."""

    last: AccessOut | None


class WithdrawalIn(BaseModel):
    """Which service is cut off."""

    client_id: str = Field(min_length=1, max_length=_MAX_CLIENT_ID, pattern=r"^[\x20-\x7e]+$")


@router.get("/services")
async def list_services(deps: DepsDep, who: CitizenDep) -> list[ConnectedOut]:
    """List the services that were told something about the citizen or still hold tokens."""
    found = await services.connected(deps.pool, who.grant.subject_id, deps.clock.now())
    return [
        ConnectedOut(
            client_id=one.client_id, names=one.names, purpose=one.purpose,
            client_uri=one.client_uri, claims=list(one.claims), first_at=one.first_at,
            last_at=one.last_at, times=one.times, acr=one.acr, level=_level(one.loa),
            method=one.method, holds_tokens=one.holds_tokens,
        )
        for one in found
    ]  # fmt: skip


@router.post("/services/withdrawal", status_code=204)
async def withdraw(wish: WithdrawalIn, deps: DepsDep, who: CitizenDep) -> Response:
    """Cut a service off: its tokens end and it is told; one not connected needs no cutting."""
    async with deps.pool.acquire() as connection, connection.transaction():
        if await services.is_known(connection, wish.client_id):
            await endings.withdraw_service(
                connection, who.grant.subject_id, wish.client_id,
                now=deps.clock.now(), pairwise=deps.pairwise, new_id=deps.new_id,
            )  # fmt: skip
    deps.logouts.wake()
    return Response(status_code=204)


@router.get("/accesses")
async def list_accesses(
    deps: DepsDep,
    who: CitizenDep,
    after: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
) -> AccessPageOut:
    """Tell which services the citizen entered, with which level and data, newest first."""
    seen = _cursor(after) if after else None
    found = await accesses.page(deps.pool, who.grant.subject_id, seen, limit + 1)
    entries = found[:limit]
    more = len(found) > limit
    return AccessPageOut(
        entries=[_entry(one) for one in entries], next=_mark(entries[-1]) if more else None
    )


@router.get("/last-access")
async def last_access(deps: DepsDep, who: CitizenDep) -> LastAccessOut:
    """Tell when the citizen logged in before this session, how, and to enter where."""
    last = await accesses.before_session(deps.pool, who.grant.subject_id, who.grant.session_id)
    return LastAccessOut(last=_entry(last) if last else None)


def _entry(access: Access) -> AccessOut:
    return AccessOut(
        access_id=access.access_id, client_id=access.client_id, names=access.names, at=access.at,
        acr=access.acr, level=_level(access.loa) or "low", method=access.method,
        claims=list(access.claims), anew=access.anew,
    )  # fmt: skip


def _level(loa: int | None) -> str | None:
    return Loa(loa).name.lower() if loa is not None else None


def _mark(access: Access) -> str:
    return f"{access.at.isoformat()}~{access.access_id}"


def _cursor(text: str) -> tuple[datetime, str]:
    at, _, access_id = text.replace(" ", "+").partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise invalid_request("The after parameter is not one of ours.") from error
    if moment.tzinfo is None or "\x00" in access_id:
        raise invalid_request("The after parameter is not one of ours.")
    return moment, access_id
