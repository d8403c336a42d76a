"""A relying party in FastAPI with Authlib, unmodified: login, what we got, refresh, logout.

It needs fastapi, uvicorn, authlib, httpx and itsdangerous. Start it with

ISSUER=http://localhost:8400 CLIENT_ID=… CLIENT_SECRET=… uvicorn app:app --port 9000
"""

import os
import secrets
from typing import Any
from urllib.parse import urlencode

from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.middleware.sessions import SessionMiddleware

ISSUER = os.environ["ISSUER"]
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=secrets.token_urlsafe(32), same_site="lax")
oauth = OAuth()
oauth.register(
    "clavis",
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid profile offline_access", "code_challenge_method": "S256"},
)
# Tokens stay on the server; the cookie holds only a handle. Use your database here.
sessions: dict[str, dict[str, Any]] = {}


@app.get("/login")
async def login(request: Request, level: str | None = None) -> Response:
    """Send the citizen to the gateway; ask for a level when this service needs one."""
    wanted = {"acr_values": SUBSTANTIAL} if level == "substantial" else {}
    target = str(request.url_for("callback"))
    response: Response = await oauth.clavis.authorize_redirect(request, target, **wanted)
    return response


@app.get("/callback")
async def callback(request: Request) -> Response:
    """Exchange the code. Authlib checks state, nonce, signature, issuer, audience and times."""
    try:
        token = await oauth.clavis.authorize_access_token(request)
    except OAuthError as error:
        return JSONResponse({"error": error.error, "description": error.description}, 403)
    handle = secrets.token_urlsafe(32)
    sessions[handle] = token
    request.session["handle"] = handle
    return RedirectResponse("/", 303)


@app.get("/")
async def home(request: Request) -> Response:
    """Show what the ID token says. `acr` is what you got: compare it with what you need."""
    token = sessions.get(request.session.get("handle", ""))
    if token is None:
        return RedirectResponse("/login", 303)
    user = await oauth.clavis.userinfo(token=token)
    return JSONResponse({"id_token": token["userinfo"], "userinfo": user})


@app.post("/refresh")
async def refresh(request: Request) -> Response:
    """Renew the access token. The refresh token rotates: keep the new one."""
    handle = request.session.get("handle", "")
    old = sessions.get(handle)
    if old is None:
        return JSONResponse({"error": "not_logged_in"}, 401)
    try:
        new = await oauth.clavis.fetch_access_token(
            grant_type="refresh_token", refresh_token=old["refresh_token"]
        )
    except OAuthError as error:
        sessions.pop(handle, None)
        return JSONResponse({"error": error.error}, 401)
    sessions[handle] = {**old, **new}
    return JSONResponse({"expires_in": new["expires_in"]})


@app.get("/logout")
async def logout(request: Request) -> Response:
    """End our session, then the gateway's (OpenID Connect RP-Initiated Logout 1.0)."""
    token = sessions.pop(request.session.pop("handle", ""), None)
    metadata = await oauth.clavis.load_server_metadata()
    query = {"id_token_hint": token["id_token"]} if token else {}
    query |= {"client_id": os.environ["CLIENT_ID"]}
    return RedirectResponse(f"{metadata['end_session_endpoint']}?{urlencode(query)}", 303)
