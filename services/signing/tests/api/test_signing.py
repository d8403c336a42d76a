"""A document becomes a signed document: once, by its owner, with both secrets."""

import asyncio
import hashlib
import io
import json
from datetime import datetime, timedelta
from typing import Any

import pikepdf
import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_events.signing.v1.certificate_pb2 import CertificateIssued
from clavis_kit.ids import new_id
from clavis_signing.deps import Deps
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

LOW = "http://eidas.europa.eu/LoA/low"


async def judge(deps: Deps, signed: bytes) -> Any:
    """Let pyHanko judge a signature by our root alone, offline, revocation required."""
    issuer, root = (
        _asn1(certificate) for certificate in (deps.authority.certificate, deps.authority.root)
    )
    crl = await deps.pool.fetchval("SELECT content FROM crl ORDER BY crl_number DESC LIMIT 1")
    context = ValidationContext(
        trust_roots=[root], other_certs=[issuer], crls=[crl], allow_fetching=False
    )
    reader = PdfFileReader(io.BytesIO(signed))
    return await asyncio.to_thread(validate_pdf_signature, reader.embedded_signatures[-1], context)


def _asn1(certificate: x509.Certificate) -> Any:
    from asn1crypto import x509 as asn1_x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


async def test_a_citizen_signs_and_everybody_can_check_it(
    portal: Any, citizen: str, deps: Deps, pdf: bytes
) -> None:
    done = await portal.signed(citizen)
    signed = (await portal.get(citizen, done["signed_document"])).content
    assert signed.startswith(pdf), "the signed document contains the original, byte for byte"
    status = await judge(deps, signed)
    assert status.bottom_line, status.pretty_print_details()
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.signer_reported_dt == deps.clock.now()
    assert f"{status.signing_cert.serial_number:x}" == done["certificate_serial"]
    assert status.signing_cert.subject.native["serial_number"] == "IDCES-12345678Z"


async def test_the_status_of_the_certificate_travels_in_the_document(
    portal: Any, citizen: str
) -> None:
    done = await portal.signed(citizen)
    signed = (await portal.get(citizen, done["signed_document"])).content
    with pikepdf.open(io.BytesIO(signed)) as document:
        assert len(document.Root.DSS.OCSPs) == 1
        assert len(document.Root.DSS.CRLs) >= 1


async def test_the_sms_names_the_document_and_the_code_is_bound_to_its_bytes(
    portal: Any, citizen: str, siblings: Any, pdf: bytes
) -> None:
    path = await portal.challenged(citizen)
    (sent,) = siblings.otps.values()
    digest = hashlib.sha256(pdf).hexdigest()
    assert sent["action"] == "sign"
    assert sent["bound_to"] == f"{path.rsplit('/', 1)[1]}:{digest}"
    assert sent["detail"] == f"{digest[:4]}-{digest[4:8]}".upper()


async def test_the_code_of_one_document_does_not_sign_another(
    portal: Any, citizen: str, siblings: Any
) -> None:
    first, second = await portal.challenged(citizen), await portal.challenged(citizen)
    for sent in siblings.otps.values():
        sent["bound_to"] = f"{first.rsplit('/', 1)[1]}:{'0' * 64}"
    assert (await portal.sign(citizen, second)).json()["verdict"] == "wrong"


async def test_the_certificate_is_announced_once(
    portal: Any, citizen: str, deps: Deps, outbox: Any
) -> None:
    first, second = await portal.signed(citizen), await portal.signed(citizen)
    assert first["certificate_serial"] == second["certificate_serial"]
    (issued,) = await outbox()
    assert isinstance(issued, CertificateIssued)
    assert (issued.subject_id, issued.version) == (citizen, 1)
    assert issued.serial_number == first["certificate_serial"]
    assert issued.issuer_key_id == deps.authority.key_identifier.hex()


async def test_the_certificate_ends_with_the_document(
    portal: Any, citizen: str, siblings: Any
) -> None:
    await portal.signed(citizen)
    listed = (await portal.get(citizen, "/citizen/v1/certificates")).json()["certificates"]
    assert [entry["state"] for entry in listed] == ["active"]
    ends = f"{siblings.holder['document_expires_on']}T21:59:59Z"
    assert listed[0]["not_after"] == ends


@pytest.mark.parametrize(
    ("password", "otp", "fake", "verdict"),
    [
        ("wrong", "123456", {}, "wrong"),
        ("correct horse battery", "000000", {}, "wrong"),
        ("correct horse battery", "123456", {"password_verdict": "locked"}, "locked"),
        ("correct horse battery", "123456", {"otp_verdict": "locked"}, "locked"),
        ("correct horse battery", "123456", {"otp_verdict": "expired"}, "expired"),
        ("correct horse battery", "123456", {"otp_verdict": "used"}, "expired"),
    ],
)
async def test_without_both_secrets_nothing_is_signed(
    portal: Any,
    citizen: str,
    siblings: Any,
    deps: Deps,
    password: str,
    otp: str,
    fake: dict[str, str],
    verdict: str,
) -> None:
    path = await portal.challenged(citizen)
    for name, value in fake.items():
        setattr(siblings, name, value)
    answer = await portal.sign(citizen, path, password, otp)
    assert (answer.status_code, answer.json()["verdict"]) == (200, verdict)
    assert (await portal.get(citizen, f"{path}/signed.pdf")).status_code == 404
    assert await deps.pool.fetchval("SELECT count(*) FROM certificate") == 0


async def test_after_a_wrong_password_the_same_code_still_signs(portal: Any, citizen: str) -> None:
    path = await portal.challenged(citizen)
    assert (await portal.sign(citizen, path, "wrong")).json()["verdict"] == "wrong"
    assert (await portal.sign(citizen, path)).json()["verdict"] == "signed"


async def test_parallel_submits_make_one_signature(
    portal: Any, citizen: str, siblings: Any, deps: Deps
) -> None:
    path = await portal.challenged(citizen)
    siblings.otp_verdict = "accepted"  # even if the code were accepted each time
    answers = await asyncio.gather(*(portal.sign(citizen, path) for _ in range(8)))
    verdicts = [answer.json().get("verdict") or answer.json()["code"] for answer in answers]
    assert sorted(verdicts) == ["signed"] + ["transaction-conflict"] * 7 or (
        verdicts.count("signed") == 1
        and set(verdicts) <= {"signed", "transaction-conflict", "document-gone"}
    )
    assert await deps.pool.fetchval("SELECT count(*) FROM certificate") == 1
    assert await deps.pool.fetchval("SELECT count(*) FROM document") == 1


async def test_two_first_signatures_at_once_issue_one_certificate(
    portal: Any, citizen: str, deps: Deps
) -> None:
    paths = [await portal.challenged(citizen), await portal.challenged(citizen)]
    answers = await asyncio.gather(*(portal.sign(citizen, path) for path in paths))
    outcomes = sorted(a.json().get("verdict") or a.json()["code"] for a in answers)
    assert outcomes in (["signed", "signed"], ["signed", "transaction-conflict"])
    active = "SELECT count(*) FROM certificate WHERE state = 'active'"
    assert await deps.pool.fetchval(active) == 1


async def test_a_signed_document_is_not_signed_again(portal: Any, citizen: str) -> None:
    done = await portal.signed(citizen)
    assert (await portal.sign(citizen, done["path"])).json()["code"] == "transaction-conflict"
    again = await portal.challenge(citizen, done["path"])
    assert (again.status_code, again.json()["code"]) == (409, "transaction-conflict")


async def test_a_document_already_signed_by_another_takes_a_second_signature(
    portal: Any, citizen: str, deps: Deps
) -> None:
    first = await portal.signed(citizen)
    portal.document = (await portal.get(citizen, first["signed_document"])).content
    second = await portal.signed(citizen)
    signed = (await portal.get(citizen, second["signed_document"])).content
    assert len(PdfFileReader(io.BytesIO(signed)).embedded_signatures) == 2
    assert (await judge(deps, signed)).bottom_line


async def test_nothing_is_signed_unseen_or_without_the_policies(
    portal: Any, citizen: str, siblings: Any
) -> None:
    path = await portal.upload(citizen)
    unseen = await portal.challenge(citizen, path, reviewed=False)
    assert (unseen.status_code, unseen.json()["code"]) == (422, "not-reviewed")
    unaccepted = await portal.challenge(citizen, path, policies_accepted=False)
    assert (unaccepted.status_code, unaccepted.json()["code"]) == (422, "policies-not-accepted")
    assert siblings.otps == {}
    unchallenged = await portal.sign(citizen, path)
    assert (unchallenged.status_code, unchallenged.json()["code"]) == (409, "transaction-conflict")


async def test_signing_needs_a_substantial_login(portal: Any, citizen: str, token: Any) -> None:
    path = await portal.challenged(citizen)
    for act, body in (
        ("challenge", {"reviewed": True}),
        ("signature", {"password": "x", "otp": "1"}),
    ):
        answer = await portal.client.post(
            f"{path}/{act}", json=body, headers=token(citizen, acr=LOW)
        )
        assert answer.status_code == 401
        assert "insufficient_user_authentication" in answer.headers["www-authenticate"]


async def test_the_registry_has_the_last_word_before_issuing(
    portal: Any, citizen: str, siblings: Any, now: datetime
) -> None:
    path = await portal.challenged(citizen)
    siblings.holder["last_strong_identification_at"] = (now - timedelta(days=2000)).isoformat()
    siblings.holder["birth_date"] = now.date().isoformat()
    answer = await portal.sign(citizen, path)
    assert (answer.status_code, answer.json()["code"]) == (409, "not-eligible")
    assert answer.json()["obstacles"] == ["identification-too-old", "minor"]
    assert not next(iter(siblings.otps.values()))["used"], "the code is not spent in vain"


async def test_obstacles_are_told_at_once(
    portal: Any, apply: Any, now: datetime, citizen: str, client: Any, token: Any, pdf: bytes
) -> None:
    stranger = new_id()
    basic = person_pb2.Registered(
        subject_id=stranger,
        version=1,
        occurred_at=now,
        level=person_pb2.ENROLMENT_LEVEL_BASIC,
    )
    await apply(basic)
    files = {"document": ("a.pdf", pdf, "application/pdf")}
    answer = await client.post("/citizen/v1/transactions", files=files, headers=token(stranger))
    body = answer.json()
    assert (body["eligible"], body["will_issue"]) == (False, False)
    assert body["obstacles"] == ["basic-level", "password-inactive", "never-identified"]
    path = f"/citizen/v1/transactions/{body['transaction_id']}"
    refused = await portal.challenge(stranger, path)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-eligible")


@pytest.mark.parametrize("name", ["permanent", "registry"])
async def test_a_sibling_that_does_not_answer_is_a_503_and_costs_nothing(
    portal: Any, citizen: str, siblings: Any, name: str
) -> None:
    path = await portal.challenged(citizen)
    siblings.down.add(name)
    answer = await portal.sign(citizen, path)
    assert (answer.status_code, answer.json()["code"]) == (503, "temporarily-unavailable")
    assert answer.headers["retry-after"]
    siblings.down.clear()
    assert (await portal.sign(citizen, path)).json()["verdict"] == "signed"


async def test_a_database_dump_with_the_pepper_cannot_sign(
    portal: Any, citizen: str, deps: Deps
) -> None:
    await portal.signed(citizen)
    row = await deps.pool.fetchrow("SELECT * FROM certificate")
    assert row is not None
    dump = json.dumps({name: str(value) for name, value in dict(row).items()})
    assert "correct horse" not in dump
    from clavis_signing.actions.certificates import open_key
    from clavis_signing.store.certificates import CertificateStore

    async with deps.pool.acquire() as db:
        credential = await CertificateStore(db).active(citizen)
    assert credential is not None
    for guess in ("", "password", citizen, deps.custody.pepper.decode()):
        assert await open_key(deps, credential, guess) is None
    assert await open_key(deps, credential, "correct horse battery") is not None
