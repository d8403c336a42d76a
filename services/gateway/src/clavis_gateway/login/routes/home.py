"""The public page that says what this is."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.login.parts import login_of
from clavis_gateway.login.routes.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
async def home(request: Request) -> Response:
    """Say what this is, what one can do here, and answer the usual questions."""
    renderer = login_of(request).pages.renderer
    return renderer.page(request, "home.html", renderer.language(request), language_url="/")
