"""What anybody may read: status answers, lists, authorities and policies."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from clavis_kit.clock import FrozenClock
from clavis_signing.actions import publication
from clavis_signing.deps import Deps
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

OCSP = {"content-type": "application/ocsp-request"}


async def listed(client: Any) -> x509.CertificateRevocationList:
    answer = await client.get("/pki/crl/issuing.crl")
    assert answer.headers["content-type"] == "application/pkix-crl"
    return x509.load_der_x509_crl(answer.content)


def number_of(crl: x509.CertificateRevocationList) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


async def test_a_serial_never_issued_is_not_good(client: Any, deps: Deps) -> None:
    request = x509.ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        *_issuer_hashes(deps),
        4711,
        hashes.SHA1(),  # noqa: S303  RFC 6960
    )
    answer = await client.post(
        "/pki/ocsp", content=request.build().public_bytes(Encoding.DER), headers=OCSP
    )
    parsed = x509.ocsp.load_der_ocsp_response(answer.content)
    assert parsed.certificate_status is x509.ocsp.OCSPCertStatus.UNKNOWN


def _issuer_hashes(deps: Deps) -> tuple[bytes, bytes]:
    issuer = deps.authority.certificate
    name = hashlib.sha1(issuer.subject.public_bytes(), usedforsecurity=False).digest()
    return name, x509.SubjectKeyIdentifier.from_public_key(issuer.public_key()).digest


@pytest.mark.parametrize("body", [b"", b"\x30\x00", b"\xff" * 100, b"\x30\x80" * 9000])
async def test_a_malformed_status_request_gets_an_answer(client: Any, body: bytes) -> None:
    answer = await client.post("/pki/ocsp", content=body, headers=OCSP)
    parsed = x509.ocsp.load_der_ocsp_response(answer.content)
    assert parsed.response_status is x509.ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    got = await client.get("/pki/ocsp/%%%ff")
    assert got.status_code == 200


async def test_another_issuer_is_none_of_our_business(client: Any, deps: Deps) -> None:
    request = x509.ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        b"\x01" * 20,
        b"\x02" * 20,
        4711,
        hashes.SHA1(),  # noqa: S303  RFC 6960
    )
    answer = await client.post("/pki/ocsp", content=request.build().public_bytes(Encoding.DER))
    parsed = x509.ocsp.load_der_ocsp_response(answer.content)
    assert parsed.response_status is x509.ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize("size", [1, 8, 32, 128])
async def test_the_nonce_comes_back(client: Any, deps: Deps, size: int) -> None:
    nonce = x509.OCSPNonce(bytes(range(size)))
    request = x509.ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        *_issuer_hashes(deps),
        4711,
        hashes.SHA1(),  # noqa: S303  RFC 6960
    )
    body = request.add_extension(nonce, critical=False).build().public_bytes(Encoding.DER)
    answer = await client.post("/pki/ocsp", content=body)
    parsed = x509.ocsp.load_der_ocsp_response(answer.content)
    assert parsed.extensions.get_extension_for_class(x509.OCSPNonce).value == nonce


async def test_parallel_publications_number_one_list_each(deps: Deps, clock: FrozenClock) -> None:
    for _ in range(3):
        made = await asyncio.gather(*(publication.publish_crl(deps) for _ in range(6)))
        assert made.count(True) == 1
        clock.advance(timedelta(hours=12))
    rows = await deps.pool.fetch("SELECT crl_number FROM crl ORDER BY crl_number")
    assert [row["crl_number"] for row in rows] == [1, 2, 3]


async def test_a_list_is_renewed_every_twelve_hours(
    client: Any, deps: Deps, clock: FrozenClock
) -> None:
    first = await listed(client)
    assert first.next_update_utc is not None
    assert first.next_update_utc - first.last_update_utc == timedelta(hours=24)
    assert not await publication.crl_is_due(deps)
    clock.advance(timedelta(hours=12))
    assert await publication.crl_is_due(deps)
    assert await publication.publish_crl(deps)
    assert number_of(await listed(client)) == number_of(first) + 1


@pytest.mark.parametrize("language", ["es", "en"])
async def test_the_policies_can_be_read(client: Any, deps: Deps, language: str) -> None:
    answer = await client.get(f"/pki/policies/{language}")
    assert answer.headers["content-type"].startswith("text/html")
    assert f'<html lang="{language}">' in answer.text
    assert deps.settings.certificate_policy_oid in answer.text
    assert (await client.get("/pki/policies/xx")).status_code == 404


async def test_the_authorities_can_be_fetched(client: Any, deps: Deps) -> None:
    issuing = await client.get("/pki/ca/issuing.cer")
    root = await client.get("/pki/ca/root.cer")
    certificate = x509.load_der_x509_certificate(issuing.content)
    certificate.verify_directly_issued_by(x509.load_der_x509_certificate(root.content))
