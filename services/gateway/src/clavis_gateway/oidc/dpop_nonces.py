"""Nonces for DPoP proofs (RFC 9449 sections 8 and 9), without keeping any.

A nonce is a keyed hash of a step of time. Every process makes the same one, and none is stored.
"""

from __future__ import annotations

from datetime import datetime

from clavis_kit.ids import encode_base64url
from clavis_kit.keyed_hash import KeyedHash
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clavis_gateway.deps import Deps

STEP_SECONDS = 120
NONCE_BYTES = 18  # more than the 128 bits that cannot be guessed (RFC 9449 section 8)


class DpopNonces:
    """Makes and accepts nonces: that of this step of time, and of the one before."""

    def __init__(self, key: KeyedHash) -> None:
        """Use a key that is shared by all processes and serves nothing else."""
        self._key = key

    def fresh(self, now: datetime) -> str:
        """Return the nonce to use next."""
        return self._at(self._step(now))

    def accepted(self, now: datetime) -> frozenset[str]:
        """Return the nonces that prove a recent answer of ours."""
        step = self._step(now)
        return frozenset({self._at(step), self._at(step - 1)})

    @staticmethod
    def _step(now: datetime) -> int:
        return int(now.timestamp()) // STEP_SECONDS

    def _at(self, step: int) -> str:
        return encode_base64url(bytes.fromhex(self._key.of(str(step)))[:NONCE_BYTES])


# RFC 9449 section 8.2: a client that proves possession learns the next nonce from any answer, also
# from the error that asks for one (section 8).
class OfferNonce:
    """ASGI middleware: adds DPoP-Nonce to the answers of requests that carry a proof."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; requests without a proof cost one look at their headers."""
        if scope["type"] != "http" or all(name != b"dpop" for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        application: FastAPI = scope["app"]
        deps: Deps = application.state.deps

        async def offering(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["DPoP-Nonce"] = deps.dpop_nonces.fresh(deps.clock.now())
            await send(message)

        await self._app(scope, receive, offering)
