"""RFC 8705: relying parties that show a certificate, and tokens bound to it."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from clavis_gateway.rules.client_certificates import x5t_s256
from clavis_kit.clock import FrozenClock
from clavis_kit.ids import new_id
from clavis_testkit.pki import Authority, ensure_client_certificates, issue_client_certificate
from clavis_testkit.plugin import NOON
from clavis_testkit.service_databases import Database
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey
from prometheus_client import REGISTRY

from services.gateway.tests.oidc.conftest import emptied, running_gateway
from services.gateway.tests.oidc.gateway_world import REDIRECT, SECRET, Fapi, Peer, World, pkce
from services.gateway.tests.oidc.independent import round_trips

CERTIFICATE_URL = "https://cert.test"
TERMINATOR_SECRET = "the-terminator-alone"
_SPKI = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
DN = "CN=demo-mtls,O=Clavis TEST,C=ES"


@pytest.fixture(scope="session")
def client_pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("client-pki")
    ensure_client_certificates(folder, ("demo-mtls", "other"), now=NOON)
    return folder


@pytest_asyncio.fixture
async def world(
    gateway_database: Database,
    gateway_keys: dict[str, Path],
    frozen_clock: FrozenClock,
    peer: Peer,
    client_pki: Path,
    tmp_path: Path,
) -> AsyncIterator[World]:
    secret = tmp_path / "terminator.secret"
    secret.write_text(TERMINATOR_SECRET)
    settings: dict[str, Any] = {
        "certificate_url": CERTIFICATE_URL,
        "client_trust_anchors_dir": client_pki / "trust",
        "terminator_networks": ("127.0.0.0/8",),
        "terminator_secret_file": secret,
    }
    await emptied(gateway_database)
    async with running_gateway(
        gateway_database, gateway_keys, frozen_clock, peer, **settings
    ) as made:
        yield made


def certificate_of(folder: Path, client_id: str = "demo-mtls") -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / f"{client_id}.cer.pem").read_bytes())


def authority_of(folder: Path) -> Authority:
    files = folder / "trust" / "ac-servicios.cer.pem", folder / "ac-servicios.key.pem"
    return Authority.load(*files)


def self_signed(*, begin: timedelta = timedelta(0)) -> x509.Certificate:
    """Make a certificate that only its owner vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "anything at all")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOON + begin - timedelta(hours=1))
        .not_valid_after(NOON + begin + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )


def shown(certificate: x509.Certificate | None, **changes: str | None) -> dict[str, str]:
    """Return what the terminator sends with a connection that showed a certificate."""
    headers: dict[str, str | None] = {"Clavis-Terminator-Secret": TERMINATOR_SECRET}
    if certificate is not None:
        der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
        headers["Client-Cert"] = f":{der}:"
    return {name: value for name, value in (headers | changes).items() if value is not None}


@dataclass
class Party:
    """A fapi2 relying party that knows itself by a certificate."""

    world: World
    certificate: x509.Certificate | None
    client_id: str = "demo-mtls"
    host: str = CERTIFICATE_URL

    async def register(self, **changes: Any) -> None:
        described = {
            "client_secret": None,
            "profile": "fapi2",
            "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_auth_subject_dn": DN,
            "tls_client_certificate_bound_access_tokens": True,
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        } | changes
        await self.world.register(self.client_id, **described)

    async def post(self, path: str, **form: Any) -> httpx.Response:
        headers = form.pop("headers", None) or shown(self.certificate)
        body = {"client_id": self.client_id} | form
        body = {name: value for name, value in body.items() if value is not None}
        return await self.world.http.post(self.host + path, data=body, headers=headers)

    async def credentials(self, **form: Any) -> httpx.Response:
        return await self.post("/token", grant_type="client_credentials", **form)

    async def login(self, scope: str = "openid profile") -> dict[str, Any]:
        verifier, challenge = pkce()
        pushed = await self.post(
            "/par", response_type="code", scope=scope, redirect_uri=REDIRECT,
            code_challenge=challenge, code_challenge_method="S256",
        )  # fmt: skip
        assert pushed.status_code == 201, pushed.text
        query = {"client_id": self.client_id, "request_uri": pushed.json()["request_uri"]}
        opened = await self.world.http.get("/authorize", params=query)
        target = await self.world.complete(opened, new_id())
        answer = await self.post(
            "/token", grant_type="authorization_code", code=target.params["code"],
            redirect_uri=REDIRECT, code_verifier=verifier,
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def userinfo(self, token: str, certificate: x509.Certificate | None) -> httpx.Response:
        headers = shown(certificate) | {"Authorization": f"Bearer {token}"}
        return await self.world.http.get(f"{self.host}/userinfo", headers=headers)


@pytest_asyncio.fixture
async def party(world: World, client_pki: Path) -> Party:
    return Party(world, certificate_of(client_pki))


async def test_rfc8705_5_discovery_names_the_certificate_host(world: World) -> None:
    metadata = (await world.http.get("/.well-known/openid-configuration")).json()
    assert metadata["mtls_endpoint_aliases"] == {
        "token_endpoint": f"{CERTIFICATE_URL}/token",
        "pushed_authorization_request_endpoint": f"{CERTIFICATE_URL}/par",
        "introspection_endpoint": f"{CERTIFICATE_URL}/introspect",
        "revocation_endpoint": f"{CERTIFICATE_URL}/revoke",
        "userinfo_endpoint": f"{CERTIFICATE_URL}/userinfo",
    }
    assert metadata["tls_client_certificate_bound_access_tokens"] is True
    methods = metadata["token_endpoint_auth_methods_supported"]
    assert {"tls_client_auth", "self_signed_tls_client_auth"} <= set(methods)


async def test_rfc8705_2_1_a_client_is_known_by_the_subject_of_its_certificate(
    party: Party,
) -> None:
    await party.register()
    answer = await party.credentials()
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "Bearer"


@pytest.mark.parametrize(
    ("member", "value", "name"),
    [
        ("san_dns", "API.rp.test", x509.DNSName("api.rp.test")),
        ("san_uri", "https://rp.test/id", x509.UniformResourceIdentifier("https://rp.test/id")),
        ("san_ip", "2001:0DB8:0::1", x509.IPAddress(ip_address("2001:db8::1"))),
        ("san_email", "sede@RP.test", x509.RFC822Name("sede@rp.test")),
    ],
)
async def test_rfc8705_2_1_2_or_by_one_alternative_name(
    party: Party, client_pki: Path, member: str, value: str, name: x509.GeneralName
) -> None:
    own, _ = issue_client_certificate(authority_of(client_pki), "x", now=NOON, alternatives=[name])
    named = {"tls_client_auth_subject_dn": None, f"tls_client_auth_{member}": value}
    await party.register(**named)
    assert (await party.credentials()).status_code == 401
    party.certificate = own
    assert (await party.credentials()).status_code == 200


async def test_rfc8705_2_1_another_subject_is_another_client(
    party: Party, client_pki: Path
) -> None:
    await party.register()
    party.certificate = certificate_of(client_pki, "other")
    answer = await party.credentials()
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_rfc8705_2_1_the_same_subject_from_elsewhere_is_nobody(party: Party) -> None:
    await party.register()
    elsewhere = Authority.root("AC Servicios Clavis TEST", now=NOON)
    party.certificate, _ = issue_client_certificate(elsewhere, "demo-mtls", now=NOON)
    assert (await party.credentials()).status_code == 401


async def test_an_expired_certificate_opens_nothing(party: Party, client_pki: Path) -> None:
    await party.register()
    past = NOON - timedelta(days=400)
    party.certificate, _ = issue_client_certificate(authority_of(client_pki), "demo-mtls", now=past)
    assert (await party.credentials()).status_code == 401


@pytest.mark.parametrize("path", ["/token", "/par", "/introspect", "/revoke"])
async def test_rfc8705_2_without_a_certificate_nobody_is_authenticated(
    party: Party, path: str
) -> None:
    await party.register()
    party.certificate = None
    answer = await party.post(path, grant_type="client_credentials", token="x")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_secret_or_assertion_beside_the_certificate_does_not_serve(party: Party) -> None:
    await party.register()
    answer = await party.credentials(client_secret=SECRET)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_certificate_does_not_stand_for_a_secret(party: Party) -> None:
    await party.world.register("demo-mtls", grant_types=["client_credentials"])
    assert (await party.credentials()).status_code == 401


async def test_rfc8705_2_2_a_self_signed_certificate_is_known_by_its_key(party: Party) -> None:
    party.certificate = self_signed()
    public = ECKey.import_key(
        party.certificate.public_key().public_bytes(*_SPKI)  # the key alone, no x5c
    ).as_dict(private=False)
    await party.register(
        token_endpoint_auth_method="self_signed_tls_client_auth",
        tls_client_auth_subject_dn=None,
        jwks={"keys": [public | {"kid": "1"}]},
    )
    assert (await party.credentials()).status_code == 200
    party.certificate = self_signed()
    assert (await party.credentials()).status_code == 401


async def test_rfc8705_2_2_2_with_x5c_only_that_certificate(party: Party) -> None:
    party.certificate = self_signed()
    der = party.certificate.public_bytes(Encoding.DER)
    public = ECKey.import_key(party.certificate.public_key().public_bytes(*_SPKI))
    jwk = public.as_dict(private=False) | {"x5c": [base64.b64encode(der).decode()], "kid": "1"}
    await party.register(
        token_endpoint_auth_method="self_signed_tls_client_auth",
        tls_client_auth_subject_dn=None,
        jwks={"keys": [jwk]},
    )
    assert (await party.credentials()).status_code == 200
    party.certificate = self_signed(begin=timedelta(days=1))
    assert (await party.credentials()).status_code == 401


# RFC 8705 section 3.1 and 3.2.
async def test_rfc8705_3_tokens_are_bound_to_the_certificate(
    party: Party, client_pki: Path
) -> None:
    await party.register()
    tokens = await party.login()
    described = (await party.post("/introspect", token=tokens["access_token"])).json()
    assert party.certificate is not None
    assert described["cnf"] == {"x5t#S256": x5t_s256(party.certificate)}
    assert described["token_type"] == "Bearer"
    mine = await party.userinfo(tokens["access_token"], party.certificate)
    assert mine.status_code == 200, mine.text
    for other in (None, certificate_of(client_pki, "other")):
        refused = await party.userinfo(tokens["access_token"], other)
        assert refused.status_code == 401
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]


async def test_rfc8705_3_at_the_issuers_own_host_a_bound_token_is_worth_nothing(
    party: Party,
) -> None:
    await party.register()
    tokens = await party.login()
    assert (await party.world.userinfo(tokens["access_token"])).status_code == 401


async def test_rfc8705_3_1_a_jwt_says_what_it_is_bound_to(party: Party) -> None:
    await party.register(audiences=["clavis-registry"])
    token = (await party.credentials()).json()["access_token"]
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert party.certificate is not None
    assert claims["cnf"] == {"x5t#S256": x5t_s256(party.certificate)}


async def test_rfc8705_4_a_public_client_refreshes_with_the_same_certificate(
    party: Party, client_pki: Path
) -> None:
    await party.register(
        profile="basic",
        token_endpoint_auth_method="none",
        tls_client_auth_subject_dn=None,
        grant_types=["authorization_code", "refresh_token"],
    )
    tokens = await party.login("openid offline_access")
    mine, party.certificate = party.certificate, certificate_of(client_pki, "other")
    stolen = await party.post(
        "/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    party.certificate = mine
    own = await party.post(
        "/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert own.status_code == 200, own.text


async def test_rfc8705_3_who_asked_for_bound_tokens_gets_no_others(party: Party) -> None:
    await party.register(
        profile="basic", token_endpoint_auth_method="client_secret_post", client_secret=SECRET,
        tls_client_auth_subject_dn=None,
    )  # fmt: skip
    party.certificate = None
    answer = await party.credentials(client_secret=SECRET)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_certificate_costs_no_further_round_trip(party: Party) -> None:
    await party.register()
    tokens = await party.login()
    async with round_trips(party.world.deps.pool) as queries:
        assert (await party.credentials()).status_code == 200
    assert len(queries) <= 2
    async with round_trips(party.world.deps.pool) as queries:
        assert (await party.userinfo(tokens["access_token"], party.certificate)).is_success
    assert len(queries) <= 2


async def test_a_dpop_proof_names_the_address_it_is_sent_to(party: Party) -> None:
    await party.register(tls_client_certificate_bound_access_tokens=False)
    signer = Fapi(party.world, "demo-mtls")
    good = shown(party.certificate) | {"DPoP": signer.proof(htu=f"{CERTIFICATE_URL}/token")}
    bad = shown(party.certificate) | {"DPoP": signer.proof()}
    assert (await party.credentials(headers=bad)).json()["error"] == "invalid_dpop_proof"
    answer = await party.credentials(headers=good)
    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP")


def dropped(reason: str) -> float:
    name = "clavis_gateway_client_certificate_headers_dropped_total"
    return REGISTRY.get_sample_value(name, {"reason": reason}) or 0


# RFC 9440 section 4: what did not come from the terminator, to this host, is not there.
@pytest.mark.parametrize(
    ("host", "changes", "reason"),
    [
        (CERTIFICATE_URL, {"Clavis-Terminator-Secret": None}, "not_the_terminator"),
        (CERTIFICATE_URL, {"Clavis-Terminator-Secret": "guessed"}, "not_the_terminator"),
        ("https://gateway.test", {}, "other_host"),
        ("https://cert.test.evil", {}, "other_host"),
    ],
)
async def test_a_smuggled_certificate_is_dropped_and_counted(
    party: Party, host: str, changes: dict[str, str | None], reason: str
) -> None:
    await party.register()
    party.host = host
    before = dropped(reason)
    answer = await party.credentials(headers=shown(party.certificate, **changes))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert dropped(reason) == before + 1


async def test_a_certificate_for_a_page_that_asks_for_none_is_dropped(party: Party) -> None:
    before = dropped("other_path")
    address = f"{CERTIFICATE_URL}/.well-known/openid-configuration"
    await party.world.http.get(address, headers=shown(party.certificate))
    assert dropped("other_path") == before + 1


async def test_an_unreadable_certificate_is_a_bad_request(party: Party) -> None:
    await party.register()
    headers = shown(None) | {"Client-Cert": ":bm90IGEgY2VydGlmaWNhdGU=:"}
    answer = await party.credentials(headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
