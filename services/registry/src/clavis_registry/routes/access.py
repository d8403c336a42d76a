"""Who calls: an officer, a citizen, or another service."""

from typing import Annotated

from clavis_kit.access_tokens import AccessToken, AccessTokenVerifier, require_loa
from clavis_kit.errors import ServiceError
from clavis_kit.ids import is_id
from clavis_kit.loa import Loa
from clavis_kit.service_tokens import bearer_token
from fastapi import Depends, Request

from clavis_registry.actions.offices import active_officer
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.permissions import Action, may
from clavis_registry.store.offices import Officer


async def deps_of(request: Request) -> Deps:
    """Return what the application was built with."""
    deps: Deps = request.app.state.deps
    return deps


DepsOf = Annotated[Deps, Depends(deps_of)]


async def _verified(request: Request, client_id: str) -> AccessToken:
    verifier: AccessTokenVerifier = request.app.state.access_tokens
    token = await verifier.verify(bearer_token(request))
    if token.client_id != client_id:
        raise ServiceError("client-not-allowed", 403)
    return token


async def officer_of(request: Request, deps: DepsOf) -> Officer:
    """Return the active officer behind a token of the office console, at least substantial."""
    token = await _verified(request, deps.settings.office_client_id)
    require_loa(token, Loa.SUBSTANTIAL)
    if not is_id(token.subject_id):
        raise refuse("officer-not-active")
    return await active_officer(deps, token.subject_id)


def require(officer: Officer, action: Action) -> None:
    """Let an officer do what the role permits. Raises not-permitted."""
    if not may(officer.role, action):
        raise refuse("not-permitted")


async def citizen_of(request: Request, deps: DepsOf) -> AccessToken:
    """Return a token of the portal; whether its person still lives is judged by the action."""
    token = await _verified(request, deps.settings.portal_client_id)
    if not is_id(token.subject_id):
        raise refuse("citizen-not-active")
    return token


OfficerOf = Annotated[Officer, Depends(officer_of)]
CitizenOf = Annotated[AccessToken, Depends(citizen_of)]
