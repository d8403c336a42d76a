"""The gateway's neighbours on loopback: the registry's claims, and who takes logout tokens."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from clavis_testkit.patience import FOREVER_SECONDS
from clavis_testkit.served import listen, served
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

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
        listener, url = listen()
        peer = cls(url)
        async with served(peer._app(), listener):
            yield peer

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

    async def next_logout_token(self, count: int = 1, within: float = FOREVER_SECONDS) -> list[str]:
        deadline = time.monotonic() + within
        while len(self.logout_tokens) < count:
            assert time.monotonic() < deadline, "no logout token came"
            await asyncio.sleep(0.02)
        return [token for token, _ in self.logout_tokens]
