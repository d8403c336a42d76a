"""A client of the stricter profile, as RFC 7523 and RFC 9449 have it act."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

import httpx
from clavis_kit.ids import new_id
from joserfc import jwt
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.gateway_world import ISSUER, REDIRECT, World, encode, pkce


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
