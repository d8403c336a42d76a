"""HTTP of a browser backend: /bff for the session, /api for the APIs, the rest is files."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from clavis_kit.bff import proxy, rules, sessions
from clavis_kit.bff.deps import BffDeps
from clavis_kit.bff.errors import ProviderUnavailableError, SignInError, TokenRefusedError
from clavis_kit.bff.files import PAGE_HEADERS
from clavis_kit.bff.store import SessionRow
from clavis_kit.errors import ServiceError
from clavis_kit.ids import new_secret
from clavis_kit.loa import from_acr
from clavis_kit.logging import get_logger

PROBLEM_PAGE = "/sign-in"
_MAX_AGE_LIMIT = 86400
_NOT_MODIFIED = 304
_log = get_logger(__name__)
router = APIRouter(include_in_schema=False)


def deps_of(request: Request) -> BffDeps:
    """Return what the application holds."""
    deps: BffDeps = request.app.state.bff
    return deps


def _require_own_page(deps: BffDeps, request: Request) -> None:
    if not rules.is_same_origin_request(request.method, request.headers, deps.settings.public_url):
        raise ServiceError("cross-site-request", 403)


def _set_cookie(response: Response, name: str, value: str, same_site: Any, age: int | None) -> None:
    response.set_cookie(
        name, value, max_age=age, path="/", secure=True, httponly=True, samesite=same_site
    )


def _page(deps: BffDeps, request: Request, target: str) -> Response:
    language = request.cookies.get(proxy.LANGUAGE_COOKIE, "")
    return HTMLResponse(deps.files.continue_page(target, language), headers=PAGE_HEADERS)


def _problem_page(deps: BffDeps, request: Request, code: str) -> Response:
    _log.info("sign_in_failed", code=code)
    return _page(deps, request, f"{PROBLEM_PAGE}?{urlencode({'problem': code})}")


@router.get("/bff/login")
async def login(
    request: Request,
    return_path: Annotated[str, Query(alias="return")] = "/",
    acr: str | None = None,
    max_age: str | None = None,
) -> Response:
    """Send the person to the identity provider, to come back to `return`."""
    deps = deps_of(request)
    language = request.cookies.get(proxy.LANGUAGE_COOKIE)
    asked = sessions.SignInRequest(
        return_path=return_path if rules.is_local_path(return_path) else "/",
        required=rules.loa_named(acr),
        max_age=min(int(max_age), _MAX_AGE_LIMIT) if max_age and max_age.isdecimal() else None,
        language=deps.files.language(language) if language else None,
    )
    browser_secret = request.cookies.get(deps.login_cookie) or new_secret()
    try:
        address = await sessions.begin_sign_in(deps, asked, browser_secret)
    except ProviderUnavailableError as error:
        return _problem_page(deps, request, error.code)
    response = RedirectResponse(address, 303)
    seconds = int(sessions.LOGIN_LIMIT.total_seconds())
    # Lax: the provider's answer is a navigation from another site and must carry it.
    _set_cookie(response, deps.login_cookie, browser_secret, "lax", seconds)
    return response


@router.get("/bff/callback")
async def callback(request: Request) -> Response:
    """Receive the provider's answer and open a session."""
    deps = deps_of(request)
    try:
        signed_in = await sessions.finish_sign_in(
            deps,
            dict(request.query_params),
            request.cookies.get(deps.login_cookie, ""),
            request.cookies.get(deps.settings.session_cookie),
        )
    except (SignInError, ProviderUnavailableError) as error:
        return _problem_page(deps, request, error.code)
    response = _page(deps, request, signed_in.return_path)
    _set_cookie(response, deps.settings.session_cookie, signed_in.session_secret, "strict", None)
    return response


@router.get("/bff/session")
async def session(request: Request) -> JSONResponse:
    """Say who is signed in, if anyone, and what the pages need to know of their surroundings."""
    deps = deps_of(request)
    _require_own_page(deps, request)
    secret = request.cookies.get(deps.settings.session_cookie)
    row = await sessions.current_session(deps, secret) if secret else None
    return JSONResponse(
        {
            **_facts(row),
            "brand": deps.settings.brand,
            "links": deps.links,
            "idle_seconds": int(deps.settings.idle_limit.total_seconds()),
        }
    )


def _facts(row: SessionRow | None) -> dict[str, Any]:
    if row is None:
        return {"authenticated": False}
    loa = from_acr(row.acr) if row.acr else None
    return {
        "authenticated": True,
        "acr": row.acr,
        "level": loa.name.lower() if loa else None,
        "auth_time": row.authenticated_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
    }


@router.post("/bff/logout")
async def logout(request: Request) -> JSONResponse:
    """End the session here and say where to go to end it at the provider."""
    deps = deps_of(request)
    _require_own_page(deps, request)
    secret = request.cookies.get(deps.settings.session_cookie)
    target = await sessions.end_session(deps, secret) if secret else "/"
    response = JSONResponse({"redirect": target})
    _set_cookie(response, deps.settings.session_cookie, "", "strict", 0)
    return response


# OpenID Connect Back-Channel Logout 1.0 section 2.5 (request) and 2.8 (response).
@router.post("/bff/backchannel-logout")
async def backchannel_logout(
    request: Request, logout_token: Annotated[str, Form(max_length=16384)] = ""
) -> Response:
    """End the sessions that the provider says have ended."""
    try:
        await sessions.obey_logout_token(deps_of(request), logout_token)
    except TokenRefusedError as error:
        _log.info("logout_token_refused", reason=error.private)
        return JSONResponse({"error": error.code, "error_description": error.private}, error.status)
    return Response(status_code=200)


@router.get("/.well-known/jwks.json")
async def jwks(request: Request) -> JSONResponse:
    """Publish the key with which this client authenticates."""
    return JSONResponse(request.app.state.jwks)


@router.api_route("/api/{service}/{path:path}", methods=proxy.METHODS)
async def api(request: Request) -> Response:
    """Forward a request of a signed-in person to a listed API."""
    deps = deps_of(request)
    _require_own_page(deps, request)
    upstream, url = proxy.find_target(deps, request)
    proxy.check_length(request, upstream)
    secret = request.cookies.get(deps.settings.session_cookie)
    live = await sessions.usable_session(deps, secret) if secret else None
    if live is None:
        raise ServiceError("signed-out", 401)
    return await proxy.forward(deps, request, upstream, url, live.tokens.access_token)


@router.get("/{path:path}")
async def site(request: Request, path: str) -> Response:
    """Serve the application's files; a page's address answers with the application."""
    found = deps_of(request).files.find(f"/{path or 'index.html'}")
    reserved = path.startswith(("bff/", "api/", ".well-known/"))
    if found is None or reserved:
        raise ServiceError("not-found", 404)
    if request.headers.get("if-none-match") == found.headers["ETag"]:
        return Response(status_code=_NOT_MODIFIED, headers=found.headers)
    return Response(found.content, media_type=found.media_type, headers=found.headers)
