"""What the protocol tests play with: clients, browsers, logins, and the gateway's neighbours."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import warnings
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
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
from fastapi import FastAPI
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import Key

from services.gateway.tests.oidc.peer import Peer

ISSUER = "https://gateway.test"
SECRET = "s3cr3t-" + "x" * 40
REDIRECT = "https://rp.test/callback"


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
