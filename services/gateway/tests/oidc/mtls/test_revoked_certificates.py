"""RFC 5280 section 6.3: certificates of relying parties that their authority has revoked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from clavis_gateway.certificates.header import Shown
from clavis_testkit.pki import Authority, issue_client_certificate
from clavis_testkit.pki.authority import Urls
from clavis_testkit.plugin import NOON
from clavis_testkit.served import listen, served
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.tests.oidc.gateway_world import World
from services.gateway.tests.oidc.independent import round_trips
from services.gateway.tests.oidc.mtls.party import Party, authority_of


@dataclass
class Issuer:
    """An authority that publishes its revocation list on loopback."""

    authority: Authority
    url: str
    body: bytes = b""
    status: int = 200
    asked: int = 0

    def revoke(self, *certificates: x509.Certificate) -> None:
        signed = self.authority.revocation_list(certificates, number=1, now=NOON)
        self.body = signed.public_bytes(Encoding.DER)

    def issue(self, client_id: str = "demo-mtls", *, told: bool = True) -> x509.Certificate:
        urls = Urls(crl=self.url) if told else None
        return issue_client_certificate(self.authority, client_id, now=NOON, urls=urls)[0]

    async def answer(self, _: Request) -> Response:
        self.asked += 1
        return Response(self.body, self.status)


@pytest_asyncio.fixture
async def issuer(client_pki: Path) -> AsyncIterator[Issuer]:
    listener, url = listen()
    made = Issuer(authority_of(client_pki), f"{url}/crl")
    made.revoke()
    app = Starlette(routes=[Route("/crl", made.answer)])
    async with served(app, listener):
        yield made


@pytest.fixture
def asking() -> str:
    return "refuse"


@pytest.fixture
def tls_settings(tls_settings: dict[str, Any], asking: str) -> dict[str, Any]:
    return tls_settings | {"client_revocation": asking}


@pytest.fixture
def party(world: World, issuer: Issuer) -> Party:
    return Party(world, issuer.issue())


async def rules(world: World) -> list[str]:
    await world.deps.refusals.flush()
    kept = await world.deps.pool.fetch("SELECT DISTINCT rule FROM refusal ORDER BY rule")
    return [row["rule"] for row in kept]


async def test_one_that_holds_authenticates_and_its_issuer_is_asked_once_for_a_while(
    party: Party, issuer: Issuer
) -> None:
    await party.register()
    assert (await party.credentials()).status_code == 200
    async with round_trips(party.world.deps.pool) as queries:
        assert (await party.credentials()).status_code == 200
    assert len(queries) <= 2, queries
    assert issuer.asked == 1
    party.world.clock.advance(timedelta(minutes=5))
    assert (await party.credentials()).status_code == 200
    assert issuer.asked == 2


@pytest.mark.parametrize("path", ["/token", "/par", "/introspect", "/revoke", "/rp/refusals"])
async def test_a_revoked_one_opens_no_endpoint(party: Party, issuer: Issuer, path: str) -> None:
    await party.register()
    assert party.certificate is not None
    issuer.revoke(party.certificate)
    answer = await party.post(path, grant_type="client_credentials", token="x")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "revoked" not in answer.text
    assert await rules(party.world) == ["certificate_revoked"]


async def test_one_revoked_while_it_is_used_ends_within_the_memory_of_verdict_and_list(
    party: Party, issuer: Issuer
) -> None:
    await party.register()
    assert (await party.credentials()).status_code == 200
    assert party.certificate is not None
    issuer.revoke(party.certificate)
    party.world.clock.advance(timedelta(minutes=5))
    assert (await party.credentials()).status_code == 401
    party.certificate = issuer.issue()
    assert (await party.credentials()).status_code == 200, "only the one that was revoked"


@pytest.mark.parametrize(("asking", "status"), [("refuse", 401), ("accept", 200), ("off", 200)])
@pytest.mark.parametrize("told", [True, False])
async def test_where_nobody_says_so_the_operator_has_decided(
    party: Party, issuer: Issuer, status: int, told: bool
) -> None:
    await party.register()
    issuer.status = 503
    party.certificate = issuer.issue(told=told)
    assert (await party.credentials()).status_code == status
    assert await rules(party.world) == (["certificate_unchecked"] if status == 401 else [])


@pytest.mark.parametrize("asking", ["off"])
async def test_nobody_is_asked_unless_the_operator_says_so(party: Party, issuer: Issuer) -> None:
    await party.register()
    assert party.certificate is not None
    issuer.revoke(party.certificate)
    assert (await party.credentials()).status_code == 200
    assert issuer.asked == 0


@pytest.mark.parametrize("asking", ["accept"])
async def test_a_revoked_one_is_refused_also_where_silence_is_accepted(
    party: Party, issuer: Issuer
) -> None:
    await party.register()
    assert party.certificate is not None
    issuer.revoke(party.certificate)
    assert (await party.credentials()).status_code == 401


async def test_many_at_once_are_judged_once(party: Party, issuer: Issuer) -> None:
    """More than the threads and their queue take: each must find the verdict of the first."""
    assert party.certificate is not None
    trust, shown = party.world.deps.mtls.trust, Shown(party.certificate, ())
    assert await asyncio.gather(*(trust.refusal(shown) for _ in range(80))) == [None] * 80
    assert issuer.asked == 1
