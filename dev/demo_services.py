"""Three public bodies that trust Clavis, with nothing of ours inside.

Each is a relying party written with Authlib's stock client, found by discovery: sign in, show what
came back, refresh, sign out, and hear about sign-outs elsewhere. They differ in one word: the level
they ask for.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import httpx
from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import Response

from dev import demo_api
from dev.logout_token import LogoutTokenError, read_logout_token
from dev.pages import PAGE_HEADERS, STATIC, language_of, render, text
from dev.relying_party import OAuth, OAuthError
from dev.serving import serve_all

_LEVELS = ("low", "substantial", "high")
_NOTICES = frozenset({"signed_out", "refresh_failed", "no_reservations"})
_ACR_PREFIX = "http://eidas.europa.eu/LoA/"
SCOPE = "openid profile email phone offline_access"
_TIMEOUT_SECONDS = 30


@dataclass(slots=True)
class Person:
    """Someone signed in here: what the provider said, and the tokens it gave."""

    claims: dict[str, Any]
    userinfo: dict[str, Any]
    token: dict[str, Any]
    refreshed: int = 0
    reservations: dict[str, Any] | None = None
    """What the library's API answered, once the login was good enough for it."""


@dataclass(frozen=True, slots=True)
class Body:
    """One demo service: its client registration, its level, and who is signed in."""

    key: str
    level: str
    metadata: dict[str, Any]
    issuer: str
    oauth: OAuth
    people: dict[str, Person] = field(default_factory=dict)
    logouts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def client(self) -> Any:
        """Authlib's client, which discovers the provider on first use."""
        return self.oauth.create_client("clavis")


def make_body(key: str, level: str, metadata: dict[str, Any], issuer: str) -> Body:
    """Register one service with Authlib: issuer, client id and secret are all it needs."""
    oauth = OAuth()
    oauth.register(
        "clavis",
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_id=metadata["client_id"],
        client_secret=metadata["client_secret"],
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "timeout": _TIMEOUT_SECONDS,
        },
    )
    return Body(key, level, metadata, issuer, oauth)


def create_app(body: Body) -> FastAPI:
    """Build the whole relying party."""
    app = FastAPI(title=body.key, docs_url=None, redoc_url=None)
    secret = body.metadata["client_secret"]
    cookie = f"demo_{body.key}"
    app.add_middleware(SessionMiddleware, secret_key=secret, session_cookie=cookie)
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.exception_handler(httpx.HTTPError)
    async def provider_unreachable(request: Request, _: Exception) -> Response:
        return error_page(request, body, "temporarily_unavailable", status=503)

    add_sign_in(app, body)
    add_session(app, body)
    add_sign_out(app, body)
    if body.key == "web":
        add_reservations(app, body)
    return app


def add_sign_in(app: FastAPI, body: Body) -> None:
    """Send people to the provider and take them back."""

    @app.get("/login")
    async def login(request: Request) -> Any:
        return await sign_in(request, body, {"acr_values": _ACR_PREFIX + body.level})

    @app.get("/callback")
    async def callback(request: Request) -> Response:
        try:
            token = await body.client.authorize_access_token(request)
        except OAuthError as error:
            request.session.pop("wanted", None)
            return error_page(request, body, error.error)
        claims = dict(token.pop("userinfo"))
        userinfo = dict(await body.client.userinfo(token=token))
        wanted = request.session.get("wanted")
        body.people.pop(request.session.get("id", ""), None)
        request.session.clear()
        request.session["id"] = str(uuid4())
        request.session["stepped_up"] = wanted is not None
        body.people[request.session["id"]] = Person(claims, userinfo, token)
        return RedirectResponse(wanted or "/", status_code=303)


async def sign_in(request: Request, body: Body, wanted: dict[str, str]) -> Any:
    """Send the person to the provider, in their language, with what the login must be."""
    callback = body.metadata["redirect_uris"][0]
    asked = wanted | {"ui_locales": language_of(request)}
    return await body.client.authorize_redirect(request, callback, **asked)


def add_reservations(app: FastAPI, body: Body) -> None:
    """Offer what needs a better login: the API says which, and the person steps up."""
    demo_api.protect(app, body.issuer, body.metadata)

    @app.get("/reservations")
    async def reservations(request: Request) -> Any:
        person = body.people.get(request.session.get("id", ""))
        if person is None:
            return RedirectResponse("/", status_code=303)
        answer = await demo_api.ask(app, body.metadata, person.token["access_token"])
        needed = demo_api.step_up(answer)
        # Once: a provider that does not do as asked must not send the person round in circles.
        if needed is not None and not request.session.pop("stepped_up", False):
            request.session["wanted"] = "/reservations"
            return await sign_in(request, body, needed)
        person.reservations = answer.json() if answer.is_success else None
        return home_page(request, body, person, "" if answer.is_success else "no_reservations")


def add_session(app: FastAPI, body: Body) -> None:
    """Show who is signed in, and keep the access token fresh."""

    @app.get("/health/ready")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/")
    async def home(request: Request, notice: str = "") -> HTMLResponse:
        person = body.people.get(request.session.get("id", ""))
        return home_page(request, body, person, notice)

    @app.post("/refresh")
    async def refresh(request: Request) -> Response:
        person = body.people.get(request.session.get("id", ""))
        if person is None:
            return RedirectResponse("/?notice=refresh_failed", status_code=303)
        try:
            fresh = await body.client.fetch_access_token(
                grant_type="refresh_token", refresh_token=person.token["refresh_token"]
            )
        except OAuthError:
            body.people.pop(request.session["id"], None)
            return RedirectResponse("/?notice=refresh_failed", status_code=303)
        person.token.update(fresh)
        person.refreshed += 1
        return RedirectResponse("/", status_code=303)


def add_sign_out(app: FastAPI, body: Body) -> None:
    """Sign out here and at the provider, and obey the provider's word (OpenID back-channel)."""

    @app.post("/logout")
    async def logout(request: Request) -> Response:
        person = body.people.pop(request.session.get("id", ""), None)
        request.session.clear()
        if person is None:
            return RedirectResponse("/", status_code=303)
        back = body.metadata["post_logout_redirect_uris"][0]
        hint = person.token["id_token"]
        answer: Response = await body.client.logout_redirect(
            request, post_logout_redirect_uri=back, id_token_hint=hint
        )
        return answer

    @app.get("/signed-out")
    async def signed_out() -> Response:
        return RedirectResponse("/?notice=signed_out", status_code=303)

    @app.post("/backchannel-logout")
    async def backchannel_logout(
        logout_token: Annotated[str, Form(max_length=16_000)],
    ) -> Response:
        keys = await provider_keys(body)
        try:
            claims = read_logout_token(
                logout_token, keys, issuer=body.issuer, audience=body.metadata["client_id"]
            )
        except LogoutTokenError as error:
            return JSONResponse({"error": "invalid_request", "reason": str(error)}, 400)
        ended = end_sessions(body, claims)
        body.logouts.append({**claims, "ended_sessions": ended})
        return Response(status_code=200, headers={"Cache-Control": "no-store"})

    @app.get("/logouts")
    async def logouts() -> list[dict[str, Any]]:
        return body.logouts


def end_sessions(body: Body, claims: dict[str, Any]) -> int:
    """End the sessions a logout token speaks of: by sid when it has one, else by sub."""
    by = "sid" if claims.get("sid") else "sub"
    ended = [key for key, person in body.people.items() if person.claims.get(by) == claims[by]]
    for key in ended:
        del body.people[key]
    return len(ended)


async def provider_keys(body: Body) -> dict[str, Any]:
    """Fetch the provider's current public keys from where discovery says they are."""
    metadata = await body.client.load_server_metadata()
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
        answer = await client.get(metadata["jwks_uri"])
    answer.raise_for_status()
    keys: dict[str, Any] = answer.json()
    return keys


def home_page(request: Request, body: Body, person: Person | None, notice: str) -> HTMLResponse:
    """Render the start page, or the person's claims once signed in."""
    language = language_of(request)
    acr = str(person.claims.get("acr", "")) if person else ""
    word = acr.removeprefix(_ACR_PREFIX)
    level = text("acr_" + (word if word in _LEVELS else "unknown"), language)
    notice = text(notice, language) if notice in _NOTICES else ""
    html = render(
        "service.html",
        language,
        name=text(f"{body.key}_name", language),
        lead=text(f"{body.key}_lead", language),
        person=person,
        level=level,
        notice=notice,
        reserves=body.key == "web",
    )
    return HTMLResponse(html, headers=PAGE_HEADERS)


def error_page(request: Request, body: Body, error: str, status: int = 403) -> HTMLResponse:
    """Say in words why the sign-in ended, and keep the protocol's code visible."""
    language = language_of(request)
    known = error in {"unmet_authentication_requirements", "access_denied"}
    html = render(
        "service_error.html",
        language,
        name=text(f"{body.key}_name", language),
        error=error,
        reason=text(f"error_{error}" if known else "error_other", language),
    )
    return HTMLResponse(html, status_code=status, headers=PAGE_HEADERS)


BODIES = (("web", "low"), ("substantial", "substantial"), ("high", "high"))


def main() -> None:
    """Serve the three bodies on CLAVIS_DEMO_PORTS, registered by CLAVIS_DEMO_CLIENTS_DIR."""
    issuer = os.environ["CLAVIS_DEMO_ISSUER"]
    folder = Path(os.environ["CLAVIS_DEMO_CLIENTS_DIR"])
    ports = [int(port) for port in os.environ["CLAVIS_DEMO_PORTS"].split(",")]
    apps = []
    for (key, level), port in zip(BODIES, ports, strict=True):
        metadata = json.loads((folder / f"demo-{key}.json").read_text(encoding="utf-8"))
        apps.append((create_app(make_body(key, level, metadata, issuer)), port))
    serve_all(apps, os.environ.get("CLAVIS_DEMO_HOST", "127.0.0.1"))


if __name__ == "__main__":
    main()
