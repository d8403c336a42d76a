"""A smuggled certificate header (RFC 9440 section 4): nobody but the terminator speaks of one.

What becomes of a header that is believed is in tests/oidc/mtls/ and tests/certificates/.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from clavis_kit.clock import FrozenClock
from clavis_testkit.pki import Authority
from clavis_testkit.plugin import NOON
from clavis_testkit.service_databases import Database
from cryptography.hazmat.primitives.serialization import Encoding

from services.gateway.tests.oidc.conftest import emptied, running_gateway
from services.gateway.tests.oidc.gateway_world import ISSUER, World
from services.gateway.tests.oidc.peer import Peer

HERE = "https://cert.test"
SECRET = "the-terminator-alone"
CERTIFICATE = Authority.root("RP", now=NOON).certificate
SHOWN = ":" + base64.b64encode(CERTIFICATE.public_bytes(Encoding.DER)).decode() + ":"
STRANGER = Authority.root("other", now=NOON).certificate
OTHER = ":" + base64.b64encode(STRANGER.public_bytes(Encoding.DER)).decode() + ":"
Headers = list[tuple[str, str]]
GOOD: Headers = [("Client-Cert", SHOWN), ("Clavis-Terminator-Secret", SECRET)]


@pytest.fixture(scope="session")
def terminator_secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("terminator") / "secret"
    file.write_text(SECRET)
    return file


@pytest_asyncio.fixture
async def fronted(
    gateway_database: Database, gateway_keys: dict[str, Path], frozen_clock: FrozenClock,
    peer: Peer, terminator_secret: Path,
) -> AsyncIterator[World]:  # fmt: skip
    """A gateway behind a TLS terminator, and a client known by a registered certificate."""
    await emptied(gateway_database)
    async with running_gateway(
        gateway_database, gateway_keys, frozen_clock, peer, certificate_url=HERE,
        terminator_networks=("127.0.0.0/8",), terminator_secret_file=terminator_secret,
    ) as made:  # fmt: skip
        der = base64.b64encode(CERTIFICATE.public_bytes(Encoding.DER)).decode()
        jwk = jwk_of(der)
        await made.register(
            "demo-mtls", client_secret=None, jwks={"keys": [jwk]},
            token_endpoint_auth_method="self_signed_tls_client_auth",
            grant_types=["authorization_code", "client_credentials"],
        )  # fmt: skip
        yield made


def jwk_of(der: str) -> dict[str, object]:
    from joserfc.jwk import ECKey, RSAKey

    public = CERTIFICATE.public_key()
    kind = RSAKey if "RSA" in type(public).__name__ else ECKey
    return dict(kind.import_key(public).as_dict(private=False)) | {"x5c": [der]}  # type: ignore[arg-type]


async def asked(
    world: World, headers: Headers, *, base: str = HERE, source: str = "127.0.0.1"
) -> tuple[int, str | None]:
    transport = httpx.ASGITransport(app=world.app, client=(source, 1))
    form = {"grant_type": "client_credentials", "client_id": "demo-mtls"}
    async with httpx.AsyncClient(transport=transport, base_url=base) as http:
        response = await http.post("/token", data=form, headers=headers)
    return response.status_code, response.json().get("error")


REFUSED = (401, "invalid_client")


async def test_what_the_terminator_says_is_believed(fronted: World) -> None:
    # Without this the refusals below would prove nothing.
    assert await asked(fronted, GOOD) == (200, None)


async def test_from_outside_the_terminators_networks(fronted: World) -> None:
    for source in ("203.0.113.9", "10.0.0.1", "2001:db8::1", "128.0.0.1"):
        assert await asked(fronted, GOOD, source=source) == REFUSED
    named = [*GOOD, ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")]
    assert await asked(fronted, named, source="203.0.113.9") == REFUSED


async def test_without_the_terminators_secret_or_with_two(fronted: World) -> None:
    bare = [("Client-Cert", SHOWN)]
    assert await asked(fronted, bare) == REFUSED
    for wrong in ("", "wrong", SECRET + " x", SECRET[:-1]):
        assert await asked(fronted, [*bare, ("Clavis-Terminator-Secret", wrong)]) == REFUSED


async def test_two_certificates_are_none(fronted: World) -> None:
    for headers in (
        [*GOOD, ("Client-Cert", SHOWN)], [*GOOD, ("Client-Cert", OTHER)],
        [("Client-Cert", OTHER), *GOOD], [("Client-Cert", f"{SHOWN}, {OTHER}"), GOOD[1]],
    ):  # fmt: skip
        status, error = await asked(fronted, headers)
        assert status in {400, 401}
        assert error in {"invalid_request", "invalid_client"}


async def test_other_spellings_of_the_header_are_not_read(fronted: World) -> None:
    for name in ("Client_Cert", "X-Client-Cert", "Ssl-Client-Cert", "Client-Cert-Chain"):
        assert await asked(fronted, [(name, SHOWN), GOOD[1]]) == REFUSED


async def test_on_the_host_that_asks_for_no_certificate(fronted: World) -> None:
    for base in (ISSUER, "https://cert.test.evil.test", "https://cert.test:8444"):
        assert await asked(fronted, GOOD, base=base) == REFUSED


async def test_the_certificate_of_somebody_else(fronted: World) -> None:
    assert await asked(fronted, [("Client-Cert", OTHER), GOOD[1]]) == REFUSED
