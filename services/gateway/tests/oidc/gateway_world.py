"""What the protocol tests play with: clients, browsers, logins, and the gateway's neighbours."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import re
import secrets
import socket
import time
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import uvicorn
from clavis_gateway.deps import Deps
from clavis_gateway.interactions import (
    Authentication,
    ResponseTarget,
    complete_interaction,
    load_interaction,
)
from clavis_gateway.registration.actions import Registrar, apply
from clavis_gateway.rules.levels import AMR_OF, Method
from clavis_gateway.store import disclosures
from clavis_gateway.store.disclosures import Told
from clavis_kit.clock import FrozenClock
from clavis_kit.ids import new_id
from clavis_kit.loa import Loa
from clavis_testkit.service_databases import Database
from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key
from starlette.responses import JSONResponse, Response

ISSUER = "https://gateway.test"
SECRET = "s3cr3t-" + "x" * 40
REDIRECT = "https://rp.test/callback"
PERSON = {
    "name": "Alba Ficticia Ejemplo", "given_name": "Alba", "family_name": "Ficticia Ejemplo",
    "first_surname": "Ficticia", "second_surname": "Ejemplo", "birthdate": "1990-05-17",
    "email": "alba@example.test", "email_verified": True, "phone_number": "+34600000001",
    "phone_number_verified": True, "person_identifier": "ES/ES/00000001R",
    "address": {
        "formatted": "Calle Mayor 1\n28013 Madrid\nMadrid\nEspaña",
        "street_address": "Calle Mayor 1", "locality": "Madrid", "region": "Madrid",
        "postal_code": "28013", "country": "España",
    },
}  # fmt: skip


def registration(client_id: str = "demo-web", **changes: Any) -> dict[str, Any]:
    """Describe a client of the basic profile; `changes` override, None removes."""
    base = {
        "client_id": client_id,
        "client_secret": SECRET,
        "profile": "basic",
        "sso_allowed": True,
        "client_name": "Demo",
        "client_name#es": "Servicio de prueba",
        "redirect_uris": [REDIRECT],
        "post_logout_redirect_uris": ["https://rp.test/bye"],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid profile email phone identity offline_access",
    } | changes
    return {name: value for name, value in base.items() if value is not None}


@dataclass
class Peer:
    """A server on loopback: answers the registry's claims call, takes logout tokens."""

    url: str
    claims_requests: list[dict[str, Any]] = field(default_factory=list)
    claims_status: int = 200
    logout_tokens: list[tuple[str, float]] = field(default_factory=list)
    logout_statuses: list[int] = field(default_factory=list)

    @classmethod
    @contextlib.asynccontextmanager
    async def started(cls) -> AsyncIterator[Peer]:
        listener = socket.create_server(("127.0.0.1", 0))
        peer = cls(f"http://127.0.0.1:{listener.getsockname()[1]}")
        config = uvicorn.Config(peer._app(), log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield peer
        finally:
            server.should_exit = True
            await serving

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/internal/v1/claims")
        async def claims(request: Request) -> Response:
            body = await request.json()
            body["authorization"] = request.headers.get("authorization")
            self.claims_requests.append(body)
            found = {name: PERSON[name] for name in body["claims"] if name in PERSON}
            return JSONResponse({"claims": found | {"unasked": "never"}}, self.claims_status)

        @app.post("/backchannel-logout")
        async def logout(request: Request) -> Response:
            form = parse_qs((await request.body()).decode())
            status = self.logout_statuses.pop(0) if self.logout_statuses else 200
            self.logout_tokens.append((form["logout_token"][0], time.monotonic()))
            return Response(status_code=status)

        return app

    async def next_logout_token(self, count: int = 1, within: float = 3.0) -> list[str]:
        deadline = time.monotonic() + within
        while len(self.logout_tokens) < count:
            assert time.monotonic() < deadline, "no logout token came"
            await asyncio.sleep(0.02)
        return [token for token, _ in self.logout_tokens]


def pkce() -> tuple[str, str]:
    """Return a verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def location(response: httpx.Response) -> dict[str, str]:
    """Return the parameters of a redirect to the relying party."""
    assert response.status_code == 303, (response.status_code, response.text)
    assert response.headers["location"].startswith(REDIRECT), response.headers["location"]
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


def page_code(response: httpx.Response) -> str:
    """Return the stable code of an error page."""
    assert "text/html" in response.headers["content-type"], response.text
    found = re.search(r'data-code="([^"]+)"', response.text)
    assert found, response.text
    return found[1]


def encode(header: dict[str, Any], claims: dict[str, Any], key: Key) -> str:
    """Sign a JWT with the algorithm of its header, EdDSA under its old name included."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return jwt.encode(header, claims, key, algorithms=[header["alg"]])


@dataclass
class Tokens:
    """A token response."""

    body: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


@dataclass
class World:
    """The gateway and everything around it."""

    app: FastAPI
    deps: Deps
    http: httpx.AsyncClient
    clock: FrozenClock
    peer: Peer
    database: Database

    async def register(self, client_id: str = "demo-web", **changes: Any) -> dict[str, Any]:
        description = registration(client_id, **changes)
        await apply(self.registrar(), self.deps.pool, dict(description))
        return description

    def registrar(self, actor: str = "tests") -> Registrar:
        """Return what writes registrations, in somebody's name."""
        deps = self.deps
        return Registrar(
            ISSUER, deps.client_secrets, deps.clock, deps.new_id, deps.new_secret, actor
        )

    async def authorize(self, client_id: str = "demo-web", **params: Any) -> httpx.Response:
        query = {
            "client_id": client_id, "response_type": "code", "scope": "openid",
            "redirect_uri": REDIRECT, "state": "st4te",
        } | params  # fmt: skip
        query = {name: value for name, value in query.items() if value is not None}
        return await self.http.get("/authorize", params=query)

    def interaction_id(self, response: httpx.Response) -> str:
        assert response.status_code == 303, response.text
        path: str = response.headers["location"]
        assert path.startswith("/login/"), path
        return path.removeprefix("/login/")

    def authentication(
        self, subject_id: str, method: Method = Method.PIN, loa: Loa = Loa.LOW
    ) -> Authentication:
        return Authentication(
            subject_id=subject_id,
            method=method,
            amr=AMR_OF[method],
            loa=loa,
            auth_time=self.clock.now(),
            enrolment_level="advanced",
        )

    async def told(self, subject_id: str, client_id: str, claims: tuple[str, ...]) -> None:
        """Have shown a person what a service receives, as the page of data does."""
        now = self.clock.now()
        told = Told(new_id(), subject_id, client_id, claims, {}, "es", agreed=True, at=now)
        await disclosures.record(self.deps.pool, told)

    async def complete(
        self,
        response: httpx.Response,
        subject_id: str,
        method: Method = Method.PIN,
        loa: Loa = Loa.LOW,
    ) -> ResponseTarget:
        """Log in for the interaction that /authorize opened, as the login pages would."""
        interaction_id = self.interaction_id(response)
        cookie = self.http.cookies.get("__Host-Http-flow")
        opened = await load_interaction(self.deps, interaction_id, cookie)
        assert opened is not None
        await self.told(subject_id, opened.client.client_id, opened.requested_claims)
        who = self.authentication(subject_id, method, loa)
        target = await complete_interaction(self.deps, interaction_id, who)
        if target.new_session_cookie:
            self.http.cookies.set(
                "__Host-Http-sso", target.new_session_cookie, domain="gateway.test", path="/"
            )
        return target

    async def code(
        self, client_id: str = "demo-web", subject_id: str | None = None, **params: Any
    ) -> str:
        """Return a fresh code after a login."""
        response = await self.authorize(client_id, **params)
        target = await self.complete(response, subject_id or new_id())
        assert target.error is None, target.params
        return target.params["code"]

    async def exchange(self, code: str, **form: Any) -> httpx.Response:
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT} | form
        auth = form.pop("auth", ("demo-web", SECRET))
        body.pop("auth", None)
        body = {name: value for name, value in body.items() if value is not None}
        return await self.http.post("/token", data=body, auth=auth)

    async def tokens(
        self, client_id: str = "demo-web", subject_id: str | None = None, **params: Any
    ) -> dict[str, Any]:
        """Return the tokens of a fresh login of a client with the common secret."""
        code = await self.code(client_id, subject_id, **params)
        response = await self.exchange(code, auth=(client_id, SECRET))
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    async def refresh(self, token: str, **form: Any) -> httpx.Response:
        body = {"grant_type": "refresh_token", "refresh_token": token} | form
        return await self.http.post("/token", data=body, auth=("demo-web", SECRET))

    async def userinfo(self, token: str) -> httpx.Response:
        return await self.http.get("/userinfo", headers={"Authorization": f"Bearer {token}"})

    async def introspect(self, token: str) -> dict[str, Any]:
        response = await self.http.post(
            "/introspect", data={"token": token}, auth=("demo-web", SECRET)
        )
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    async def jwks(self) -> dict[str, Any]:
        body: dict[str, Any] = (await self.http.get("/jwks")).json()
        return body


class Fapi:
    """A fapi2 client: signs assertions and DPoP proofs."""

    def __init__(self, world: World, client_id: str = "demo-fapi") -> None:
        self.world = world
        self.client_id = client_id
        self.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"})
        self.dpop_key = ECKey.generate_key("P-256")
        self.verifier, self.challenge = pkce()
        self.alg = "ES256"

    async def register(self, **changes: Any) -> None:
        public = self.key.as_dict(private=False) | {"kid": self.key.thumbprint()}
        await self.world.register(
            self.client_id,
            client_secret=None,
            profile="fapi2",
            token_endpoint_auth_method="private_key_jwt",
            jwks={"keys": [public]},
            **changes,
        )

    def assertion(self, **changes: Any) -> str:
        now = int(self.world.clock.now().timestamp())
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": ISSUER, "jti": new_id(),
            "iat": now, "exp": now + 60,
        } | changes  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.alg, "kid": self.key.thumbprint()}
        return encode(header, claims, self.key)

    def auth(self, **changes: Any) -> dict[str, str]:
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.assertion(**changes),
        }

    def proof(self, method: str = "POST", path: str = "/token", **changes: Any) -> str:
        access_token = changes.pop("access_token", None)
        key: ECKey = changes.pop("key", self.dpop_key)
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
        header |= changes.pop("header", {})
        claims = {
            "htm": method, "htu": ISSUER + path, "jti": new_id(),
            "iat": int(self.world.clock.now().timestamp()),
        }  # fmt: skip
        if access_token:
            digest = hashlib.sha256(access_token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        claims |= changes
        return jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, key)

    async def push(self, **params: Any) -> httpx.Response:
        form = {
            "response_type": "code", "scope": "openid", "redirect_uri": REDIRECT,
            "code_challenge": self.challenge, "code_challenge_method": "S256",
        } | self.auth() | params  # fmt: skip
        form = {name: value for name, value in form.items() if value is not None}
        return await self.world.http.post("/par", data=form)

    async def pushed(self, **params: Any) -> str:
        response = await self.push(**params)
        assert response.status_code == 201, response.text
        return str(response.json()["request_uri"])

    async def start(self, request_uri: str) -> httpx.Response:
        query = urlencode({"client_id": self.client_id, "request_uri": request_uri})
        return await self.world.http.get(f"/authorize?{query}")

    async def code(self, **params: Any) -> str:
        response = await self.start(await self.pushed(prompt="login", **params))
        target = await self.world.complete(response, new_id())
        assert target.error is None, target.params
        return target.params["code"]

    async def token(self, headers: dict[str, str] | None = None, **form: Any) -> httpx.Response:
        body = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}
        body |= {"code_verifier": self.verifier} | self.auth() | form
        body = {name: value for name, value in body.items() if value is not None}
        if headers is None:
            headers = {"DPoP": self.proof()}
        return await self.world.http.post("/token", data=body, headers=headers)
