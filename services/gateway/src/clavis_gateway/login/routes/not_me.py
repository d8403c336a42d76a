"""It was not me: freezing an identity from the link in a notice, and how else it is done."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.deps import get_deps
from clavis_gateway.login.flow import MAX_FIELDS, StaleForm, origin_of, text_fields
from clavis_gateway.login.guard import from_our_site
from clavis_gateway.login.parts import login_of
from clavis_gateway.login.routes.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MAX_TOKEN = 200  # the longest that the service of passwords judges


@router.get("/not-me")
async def show_question(request: Request) -> Response:
    """Explain what freezing does and ask to confirm; a link that is merely opened does nothing."""
    token = request.query_params.get("token", "")
    if not token:
        return _page(request, "not_me.html")
    usable = len(token) <= MAX_TOKEN and await login_of(request).fraud.is_valid(token)
    return _question(request, token) if usable else _dead(request)


def _question(request: Request, token: str) -> Response:
    return _page(request, "not_me_confirm.html", token=token)


def _dead(request: Request) -> Response:
    return _page(request, "not_me.html", fault="report-invalid", status=410)


# The token is the permission: it comes from a message only its person gets, serves once, and can
# do nothing but freeze. A form of another site could not know it.
@router.post("/not-me")
async def freeze(request: Request) -> Response:
    """Freeze the person the notice was sent to."""
    values = text_fields(await request.form(max_files=0, max_fields=MAX_FIELDS))
    if not from_our_site(request.headers, origin_of(get_deps(request).settings.public_url)):
        raise StaleForm
    token = values.get("token", "")
    if not token or len(token) > MAX_TOKEN:
        return _dead(request)
    answer = await login_of(request).fraud.report(token)
    return _page(request, "not_me_done.html") if answer["outcome"] == "frozen" else _dead(request)


def _page(
    request: Request,
    template: str,
    *,
    fault: str | None = None,
    token: str = "",
    status: int = 200,
) -> Response:
    renderer = login_of(request).pages.renderer
    language = renderer.language(request)
    return renderer.page(
        request,
        template,
        language,
        status=status,
        # A token is in the address once; a language link must not repeat it for another page.
        language_url=None if token else "/not-me",
        faults=[renderer.fault(language, fault)] if fault else [],
        context={"token": token},
    )
