"""What a service in this process needs around it: keys, and the gateway that calls it."""

import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from clavis_kit.clock import Clock
from clavis_kit.service_tokens import JwksCache, ServiceTokenSigner, ServiceTokenVerifier
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI


def draw_secrets(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """Write a key of 32 bytes for every name; return the files by name."""
    files = {name: folder / name for name in names}
    for file in files.values():
        file.write_bytes(secrets.token_bytes(32))
    return files


def draw_keys(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """Write an EC key for every name; return the files by name."""
    files = {name: folder / f"{name}.pem" for name in names}
    for file in files.values():
        key = ec.generate_private_key(ec.SECP256R1())
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    return files


@asynccontextmanager
async def gateway_of(clock: Clock) -> AsyncIterator[tuple[ServiceTokenSigner, JwksCache]]:
    """Give a gateway's signer, and a cache that finds its keys."""
    gateway = ServiceTokenSigner("gateway", ec.generate_private_key(ec.SECP256R1()), clock)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=gateway.jwks))
    async with httpx.AsyncClient(transport=transport) as outer:
        yield gateway, JwksCache(outer)


@asynccontextmanager
async def calls_of(
    app: FastAPI, service: str, keys: JwksCache, clock: Clock
) -> AsyncIterator[httpx.AsyncClient]:
    """Let the gateway call the application, without a network between them."""
    callers = {"gateway": "http://gateway.bench/jwks"}
    app.state.service_tokens = ServiceTokenVerifier(service, callers, keys, clock)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=f"http://{service}.bench"
    ) as http:
        yield http
