"""A browser backend with the world around it: a small identity provider and one API."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from clavis_kit.clock import FrozenClock
from clavis_kit.ids import new_secret
from clavis_kit.service_tokens import public_jwks
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

ISSUER = "https://id.test"
PORTAL = "https://portal.test"
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
LOW = "http://eidas.europa.eu/LoA/low"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
OWN_PAGE = {"X-Clavis-CSRF": "1", "Sec-Fetch-Site": "same-origin"}


@dataclass
class Provider:
    """An OpenID provider as strict as the rules it stands for, and as small as can be."""

    clock: FrozenClock
    client_keys: KeySet | None = None
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    acr: str = SUBSTANTIAL
    supports_push: bool = True
    is_down: bool = False
    grant_ended: bool = False
    pushed: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    revoked: list[str] = field(default_factory=list)
    refreshes: int = 0
    claims: dict[str, Any] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def metadata() -> Response:
            return JSONResponse({}, 500) if self.is_down else JSONResponse(self._metadata())

        @app.get("/jwks")
        async def jwks() -> dict[str, Any]:
            return public_jwks(self.key)

        @app.post("/par")
        async def par(request: Request) -> Response:
            form = await self._authenticated(request)
            uri = f"urn:ietf:params:oauth:request_uri:{new_secret()}"
            self.pushed[uri] = form
            return JSONResponse({"request_uri": uri, "expires_in": 60}, 201)

        @app.post("/token")
        async def token(request: Request) -> Response:
            if self.is_down:
                return JSONResponse({}, 503)
            form = await self._authenticated(request)
            return self._redeem(form) if "code" in form else self._refresh(form)

        @app.post("/revoke")
        async def revoke(request: Request) -> Response:
            self.revoked.append((await self._authenticated(request))["token"])
            return Response()

        return app

    def _metadata(self) -> dict[str, Any]:
        document = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/jwks",
            "revocation_endpoint": f"{ISSUER}/revoke",
            "end_session_endpoint": f"{ISSUER}/logout",
            "authorization_response_iss_parameter_supported": True,
        }
        if self.supports_push:
            document["pushed_authorization_request_endpoint"] = f"{ISSUER}/par"
        return document

    async def _authenticated(self, request: Request) -> dict[str, str]:
        form = {name: str(value) for name, value in (await request.form()).items()}
        assert self.client_keys is not None
        claims = jwt.decode(form["client_assertion"], self.client_keys).claims
        assert claims["iss"] == claims["sub"] == form["client_id"] == "portal"
        assert claims["aud"] == ISSUER
        return form

    def answer(self, address: str, **extra: str) -> dict[str, str]:
        """Play the person who signs in at the address; return the answer's parameters."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        request = self.pushed.pop(query["request_uri"]) if "request_uri" in query else query
        code = new_secret()
        self.codes[code] = request
        return {"state": request["state"], "code": code, "iss": ISSUER} | extra

    def _redeem(self, form: dict[str, str]) -> Response:
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        request = self.codes.pop(form["code"], None)
        verified = request is not None and (
            create_s256_code_challenge(form["code_verifier"]) == request["code_challenge"]
        )
        if request is None or not verified or form["redirect_uri"] != request["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return self._tokens(self.id_token(nonce=request["nonce"]))

    def _refresh(self, form: dict[str, str]) -> Response:
        self.refreshes += 1
        if self.grant_ended or form["refresh_token"] not in self.refresh_tokens:
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.refresh_tokens.remove(form["refresh_token"])
        return self._tokens(None)

    def _tokens(self, id_token: str | None) -> Response:
        refresh_token = new_secret()
        self.refresh_tokens.add(refresh_token)
        body = {
            "access_token": f"access-{self.refreshes}",
            "token_type": "Bearer",
            "expires_in": 300,
            "refresh_token": refresh_token,
        }
        return JSONResponse(body | ({"id_token": id_token} if id_token else {}))

    def id_token(self, **claims: Any) -> str:
        now = int(self.clock.now().timestamp())
        facts = {
            "iss": ISSUER,
            "aud": "portal",
            "sub": "subject-1",
            "sid": "sid-1",
            "acr": self.acr,
            "auth_time": now,
            "iat": now,
            "exp": now + 300,
        }
        return self.signed({**facts, **claims, **self.claims})

    def logout_token(self, **claims: Any) -> str:
        """Sign a logout token; a claim given as None is left out."""
        now = int(self.clock.now().timestamp())
        facts = {
            "iss": ISSUER,
            "aud": "portal",
            "iat": now,
            "exp": now + 120,
            "jti": new_secret(),
            "sid": "sid-1",
            "sub": "subject-1",
            "events": {LOGOUT_EVENT: {}},
        }
        kept = {name: value for name, value in {**facts, **claims}.items() if value is not None}
        return self.signed(kept, typ="logout+jwt")

    def signed(self, claims: dict[str, Any], *, typ: str = "JWT", key: ECKey | None = None) -> str:
        signing_key = key or self.key
        header = {"alg": "ES256", "typ": typ, "kid": self.key.thumbprint()}
        return jwt.encode(header, claims, signing_key)


@dataclass
class Api:
    """An API behind the backend: it repeats what it was sent."""

    requests: list[Request] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.api_route("/citizen/v1/{path:path}", methods=["GET", "POST", "DELETE"])
        async def echo(request: Request, path: str) -> Response:
            self.requests.append(request)
            if path == "substantial-only":
                challenge = 'Bearer error="insufficient_user_authentication"'
                return JSONResponse({}, 401, {"WWW-Authenticate": challenge})
            body = await request.body()
            answer = {"path": path, "length": len(body), "query": request.url.query}
            return JSONResponse(answer, headers={"Set-Cookie": "a=b", "Connection": "close"})

        return app


class Hosts(httpx.AsyncBaseTransport):
    """Sends each host's requests to its application; a host without one is unreachable."""

    def __init__(self, apps: dict[str, FastAPI]) -> None:
        self._transports = {host: httpx.ASGITransport(app) for host, app in apps.items()}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        transport = self._transports.get(request.url.host)
        if transport is None:
            raise httpx.ConnectError("no such host", request=request)
        return await transport.handle_async_request(request)


@dataclass
class World:
    """The backend seen from a browser, and what stands around it."""

    app: FastAPI
    browser: httpx.AsyncClient
    provider: Provider
    api: Api
    clock: FrozenClock

    async def start_sign_in(self, **query: str) -> str:
        """Open the sign-in address and return the provider's."""
        response = await self.browser.get("/bff/login", params=query)
        assert response.status_code == 303
        return response.headers["location"]

    async def sign_in(self, **query: str) -> httpx.Response:
        """Sign in and return the page the provider's answer leads to."""
        answer = self.provider.answer(await self.start_sign_in(**query))
        return await self.browser.get("/bff/callback", params=answer)

    async def is_signed_in(self) -> bool:
        """Ask as the pages do."""
        response = await self.browser.get("/bff/session")
        return bool(response.json()["authenticated"])

    async def call(self, path: str = "/api/registry/citizen/v1/me") -> httpx.Response:
        """Call the API as the pages do."""
        return await self.browser.get(path, headers=OWN_PAGE)

    def pass_time(self, **interval: float) -> datetime:
        """Let time pass."""
        self.clock.advance(timedelta(**interval))
        return self.clock.now()
