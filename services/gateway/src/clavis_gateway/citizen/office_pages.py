"""Where the offices are and when they open, and which way into the registry suits whom."""

from __future__ import annotations

from urllib.parse import urlencode

from clavis_kit.ids import is_id
from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.citizen import texts
from clavis_gateway.login.parts import login_of
from clavis_gateway.login.routes.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MAX_SEARCH = 80


@router.get("/register")
async def show_ways(request: Request) -> Response:
    """Say which ways there are, what each needs and what it gives."""
    # A relying party sent somebody who is to register first; the login waits.
    login = request.query_params.get("login", "")
    if not is_id(login):
        return _plain(request, "register.html", "/register")
    return _plain(request, "register.html", f"/register?login={login}", login=f"/login/{login}")


@router.get("/offices")
async def show_offices(request: Request) -> Response:
    """Search the directory of offices by place."""
    search = {name: _typed(request, name) for name in ("q", "province", "after")}
    found = await login_of(request).enrolment.offices(
        search["q"], search["province"], search["after"]
    )
    more = None
    if found["next"]:
        more = "/offices?" + urlencode(search | {"after": found["next"]})
    return _plain(
        request, "offices.html", "/offices", search=search, offices=found["offices"], more=more
    )


def _typed(request: Request, name: str) -> str:
    return request.query_params.get(name, "").replace("\x00", "").strip()[:MAX_SEARCH]


def _plain(request: Request, template: str, path: str, **context: object) -> Response:
    """Render a page that takes nothing from the browser and leaves nothing there."""
    renderer = login_of(request).pages.renderer
    language = renderer.language(request)
    shown = {"public": texts} | context
    return renderer.page(request, template, language, language_url=path, context=shown)
