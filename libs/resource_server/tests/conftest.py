"""A provider that signs tokens, an API protected by the library, and a client that has keys."""

import base64
import hashlib
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
import pytest_asyncio
from clavis_resource_server import Access, Introspection, Provider, ResourceServer
from fastapi import Depends, FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey

ISSUER, API = "https://provider.test", "https://api.test"
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
START = 1_800_000_000


@dataclass
class World:
    """Both sides of the library, and a clock that a test moves."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    dpop_key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    now: float = START
    asked: list[str] = field(default_factory=list)
    opaque: dict[str, dict[str, Any]] = field(default_factory=dict)
    issuer_told: str = ISSUER
    down: bool = False
    keys: list[dict[str, Any]] = field(default_factory=list)
    numbers: Any = field(default_factory=itertools.count)
    certificate: bytes | None = None

    def __post_init__(self) -> None:
        self.publish(self.key)

    def publish(self, *keys: ECKey) -> None:
        self.keys = [key.as_dict(private=False) | {"kid": key.thumbprint()} for key in keys]

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Be the provider."""
        self.asked.append(request.url.path)
        if self.down:
            return httpx.Response(503)
        if request.url.path == "/introspect":
            token = dict(httpx.QueryParams(request.content.decode()))["token"]
            return httpx.Response(200, json=self.opaque.get(token, {"active": False}))
        documents = {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer_told, "jwks_uri": f"{ISSUER}/jwks",
                "introspection_endpoint": f"{ISSUER}/introspect",
            },
            "/jwks": {"keys": self.keys},
        }  # fmt: skip
        return httpx.Response(200, json=documents[request.url.path])

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(self.now)
        claims = {
            "iss": ISSUER, "aud": API, "sub": "alba", "client_id": "web", "exp": now + 300,
            "iat": now, "jti": f"t{next(self.numbers)}", "scope": "read", "acr": SUBSTANTIAL,
            "auth_time": now - 60,
        } | changes  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def token(
        self, key: ECKey | None = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        signing = key or self.key
        head = {"alg": "ES256", "typ": "at+jwt", "kid": signing.thumbprint()} | (header or {})
        return jwt.encode(head, self.claims(**changes), signing)

    @property
    def bound(self) -> dict[str, str]:
        return {"jkt": self.dpop_key.thumbprint()}

    def proof(self, token: str, key: ECKey | None = None, **changes: Any) -> str:
        signing = key or self.dpop_key
        ath = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=")
        claims = {
            "htm": "GET", "htu": f"{API}/records", "iat": int(self.now), "ath": ath.decode(),
            "jti": f"p{next(self.numbers)}",
        } | changes  # fmt: skip
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": signing.as_dict(private=False)}
        return jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, signing)

    def server(self, **options: Any) -> ResourceServer:
        provider = Provider(ISSUER, audience=API, introspection=Introspection("api", "s3cret"))
        return ResourceServer(
            options.pop("provider", provider),
            http=httpx.AsyncClient(transport=httpx.MockTransport(self.answer)),
            base_url=API,
            now=lambda: self.now,
            certificate=lambda _: self.certificate,
            **options,
        )

    def app(self, server: ResourceServer) -> FastAPI:
        app = FastAPI()

        @app.get("/records")
        async def records(access: Annotated[Access, Depends(server.require("read"))]) -> str:
            return access.subject

        @app.get("/secret")
        async def secret(
            access: Annotated[Access, Depends(server.require(acr=SUBSTANTIAL, max_age=900))],
        ) -> str:
            return access.subject

        app.include_router(server.metadata_router("read"))
        return app


@dataclass
class Client:
    """Calls the API with a token."""

    world: World
    http: httpx.AsyncClient

    async def get(self, token: str | None = None, path: str = "/records", **more: str) -> Any:
        scheme = more.pop("scheme", "Bearer")
        headers = dict(more)
        if token is not None:
            headers["Authorization"] = f"{scheme} {token}"
        return await self.http.get(path, headers=headers)

    async def proved(self, token: str, proof: str, path: str = "/records") -> Any:
        return await self.get(token, path, scheme="DPoP", DPoP=proof)


@pytest_asyncio.fixture
async def world() -> World:
    return World()


@pytest_asyncio.fixture
async def client(world: World) -> AsyncIterator[Client]:
    server = world.server()
    transport = httpx.ASGITransport(app=world.app(server))
    async with httpx.AsyncClient(transport=transport, base_url=API) as http:
        yield Client(world, http)
    await server.close()


def forged(token: str, **header: Any) -> str:
    """Return a token with another header and no right signature."""
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return ".".join([head, token.split(".")[1], ""])
