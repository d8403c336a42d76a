"""RFC 8705 section 2: relying parties that are known by a certificate."""

from __future__ import annotations

import base64
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from clavis_testkit.pki import Authority, issue_client_certificate
from clavis_testkit.plugin import NOON
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.gateway_world import SECRET
from services.gateway.tests.oidc.mtls.party import Party, authority_of, certificate_of, self_signed

_SPKI = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo


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
