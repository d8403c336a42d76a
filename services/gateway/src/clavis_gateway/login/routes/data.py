"""The page that says which data a service receives, and the person's answer to it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway import interactions
from clavis_gateway.interactions import Reason
from clavis_gateway.login import authorizations, disclosure, finish
from clavis_gateway.login.flow import Flow, open_flow
from clavis_gateway.login.last_access import last_access
from clavis_gateway.login.routes.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)


def told_person(flow: Flow) -> str | None:
    """Return whom the page speaks to: who has just logged in, or whose session answers."""
    authentication, session = flow.progress.authentication, flow.interaction.session
    if authentication is not None:
        return authentication.subject_id
    if session is not None and flow.interaction.reasons == {Reason.DISCLOSURE}:
        return session.subject_id
    return None


@router.get("/login/{interaction_id}/data")
async def show_data(interaction_id: str, request: Request) -> Response:
    """Show which data the service receives, and when the person logged in before."""
    flow = await open_flow(request, interaction_id)
    person = told_person(flow)
    if person is None:
        return flow.to("")
    return flow.page(
        "data.html",
        path="/data",
        told=disclosure.disclosure_of(flow),
        last=await last_access(flow, person),
        details=authorizations.lines(flow.interaction.authorization_details, flow.language),
    )


@router.post("/login/{interaction_id}/data")
async def send_data(interaction_id: str, request: Request) -> Response:
    """Go on to the service, remembering what the person was shown."""
    flow = await open_flow(request, interaction_id)
    await flow.form()
    person, authentication = told_person(flow), flow.progress.authentication
    if person is None:
        return flow.to("")
    await disclosure.keep(flow, person, agreed=True)
    if authentication is not None:
        return await finish.complete(flow, authentication)
    target = await interactions.continue_session(flow.deps, interaction_id)
    return flow.login.pages.returning(flow.request, target, language=flow.language)
