"""The citizen's view of their own sessions (the portal calls this with the citizen's token)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from clavis_kit.ids import is_id
from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from clavis_gateway import endings
from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc import bearer
from clavis_gateway.oidc.bearer import Presented
from clavis_gateway.store import sessions

AUDIENCE = "clavis-gateway"
router = APIRouter(prefix="/citizen/v1", tags=["citizen"])


class ServiceOut(BaseModel):
    """A service entered with a session."""

    client_name: str
    names: dict[str, str]
    since: datetime


class SessionOut(BaseModel):
    """One of the citizen's sessions."""

    session_id: str
    started_at: datetime
    last_seen_at: datetime
    method: str
    loa: str
    current: bool
    services: list[ServiceOut]


class EndedOut(BaseModel):
    """How many sessions were ended."""

    ended: int


async def citizen(request: Request, deps: DepsDep) -> Presented:
    """Verify the token, on record and thus dead the moment its session ends."""
    presented = await bearer.present(request, deps, request.url.path)
    # RFC 9068 section 4: a token for another API opens nothing here.
    if AUDIENCE not in presented.access_token.audience:
        raise OAuthError("invalid_token", "The token is for another audience.", status=401)
    return presented


CitizenDep = Annotated[Presented, Depends(citizen)]


@router.get("/sessions")
async def list_sessions(deps: DepsDep, who: CitizenDep) -> list[SessionOut]:
    """List the live sessions and the services entered with each."""
    now = deps.clock.now()
    live = await sessions.list_live(
        deps.pool, who.grant.subject_id, now, now - deps.settings.session_idle
    )
    entered = await sessions.entered(deps.pool, [session.session_id for session in live])
    return [
        SessionOut(
            session_id=session.session_id,
            started_at=session.started_at,
            last_seen_at=session.last_seen_at,
            method=session.method,
            loa=session.loa.name.lower(),
            current=session.session_id == who.grant.session_id,
            services=[
                ServiceOut(
                    client_name=service.client.names.get("", service.client.client_id),
                    names=service.client.names,
                    since=service.since,
                )
                for service in entered
                if service.session_id == session.session_id
            ],
        )
        for session in live
    ]


@router.post("/sessions/{session_id}/end", status_code=204)
async def end_session(session_id: str, deps: DepsDep, who: CitizenDep) -> Response:
    """End one session of the citizen; one already over needs no ending."""
    if is_id(session_id):
        await _end(deps, who.grant.subject_id, session_id)
    return Response(status_code=204)


@router.post("/sessions/end-all")
async def end_all_sessions(deps: DepsDep, who: CitizenDep) -> EndedOut:
    """End every session of the citizen, this one too."""
    return EndedOut(ended=await _end(deps, who.grant.subject_id, None))


async def _end(deps: Deps, subject_id: str, session_id: str | None) -> int:
    async with deps.pool.acquire() as connection, connection.transaction():
        live = await sessions.live_of_subject(connection, subject_id, session_id)
        await endings.end_sessions(
            connection, live, "citizen",
            now=deps.clock.now(), pairwise=deps.pairwise, new_id=deps.new_id,
        )  # fmt: skip
    deps.logouts.wake()
    return len(live)
