"""Programs that are not ours judge what we issue: OpenSSL and pyHanko."""

import asyncio
import io
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto.x509 import Certificate
from clavis_events.registry.v1 import person_pb2
from clavis_signing.deps import Deps
from clavis_signing.pki import qc_statements
from clavis_signing.store.certificates import CertificateStore
from clavis_testkit.require import need
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore


def run(*command: str | Path, ok: bool = True) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
async def bench(portal: Any, citizen: str, deps: Deps, pki: Path, tmp_path: Path) -> Path:
    """A directory with a signed document, its certificate and the chain above it."""
    need("openssl", "judges certificates, status and signatures")
    done = await portal.signed(citizen)
    signed = (await portal.get(citizen, done["signed_document"])).content
    (tmp_path / "signed.pdf").write_bytes(signed)
    async with deps.pool.acquire() as db:
        leaf = await CertificateStore(db).certificate(done["certificate_serial"])
    assert leaf is not None
    (tmp_path / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    shutil.copy(pki / "issuing.cer.pem", tmp_path / "issuing.pem")
    shutil.copy(pki / "root.cer.pem", tmp_path / "root.pem")
    await write_lists(portal.client, pki, tmp_path)
    return tmp_path


async def write_lists(client: Any, pki: Path, bench: Path) -> None:
    own = (await client.get("/pki/crl/issuing.crl")).content
    above = (pki / "root.crl").read_bytes()
    lists = [x509.load_der_x509_crl(content) for content in (own, above)]
    (bench / "lists.pem").write_bytes(b"".join(crl.public_bytes(Encoding.PEM) for crl in lists))


def verify(bench: Path, *, ok: bool) -> str:
    return run(
        "openssl", "verify", "-x509_strict", "-crl_check_all", "-purpose", "any",
        "-CAfile", bench / "root.pem", "-untrusted", bench / "issuing.pem",
        "-CRLfile", bench / "lists.pem", bench / "leaf.pem",
        ok=ok,
    )  # fmt: skip


async def test_openssl_accepts_the_certificate_and_both_lists(bench: Path) -> None:
    assert "leaf.pem: OK" in verify(bench, ok=True)


async def test_openssl_sees_the_revocation_in_the_list(
    bench: Path, portal: Any, citizen: str, apply: Any, now: datetime, pki: Path
) -> None:
    await end(apply, citizen, now)
    await write_lists(portal.client, pki, bench)
    assert "error 23 at 0 depth lookup: certificate revoked" in verify(bench, ok=False)


async def end(apply: Any, citizen: str, now: datetime) -> None:
    await apply(person_pb2.Renounced(subject_id=citizen, version=2, occurred_at=now))


async def ask(client: Any, bench: Path, digest: str, *, by_get: bool) -> str:
    run(
        "openssl", "ocsp", f"-{digest}", "-issuer", bench / "issuing.pem",
        "-cert", bench / "leaf.pem", "-reqout", bench / "request.der",
    )  # fmt: skip
    request = (bench / "request.der").read_bytes()
    if by_get:
        import base64
        from urllib.parse import quote

        encoded = quote(base64.b64encode(request).decode(), safe="")
        answer = await client.get(f"/pki/ocsp/{encoded}")
    else:
        headers = {"content-type": "application/ocsp-request"}
        answer = await client.post("/pki/ocsp", content=request, headers=headers)
    assert answer.headers["content-type"] == "application/ocsp-response"
    (bench / "answer.der").write_bytes(answer.content)
    return run(
        "openssl", "ocsp", f"-{digest}", "-issuer", bench / "issuing.pem",
        "-cert", bench / "leaf.pem", "-no_nonce", "-respin", bench / "answer.der",
        "-CAfile", bench / "root.pem", "-verify_other", bench / "issuing.pem",
    )  # fmt: skip


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
@pytest.mark.parametrize("by_get", [False, True])
async def test_openssl_accepts_what_ocsp_says(
    bench: Path, client: Any, apply: Any, citizen: str, now: datetime, digest: str, *, by_get: bool
) -> None:
    said = await ask(client, bench, digest, by_get=by_get)
    assert "Response verify OK" in said
    assert "leaf.pem: good" in said
    await end(apply, citizen, now)
    said = await ask(client, bench, digest, by_get=by_get)
    assert "leaf.pem: revoked" in said
    assert "Reason: cessationOfOperation" in said


async def test_openssl_accepts_the_cades_signature(bench: Path) -> None:
    signed = (bench / "signed.pdf").read_bytes()
    ranges = re.search(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)\s*\]", signed)
    assert ranges is not None
    first, length, second, rest = (int(number) for number in ranges.groups())
    covered = signed[first : first + length] + signed[second : second + rest]
    contents = bytes.fromhex(signed[first + length + 1 : second - 1].decode())
    (bench / "content.bin").write_bytes(covered)
    (bench / "signature.der").write_bytes(contents)
    said = run(
        "openssl", "cms", "-verify", "-cades", "-inform", "DER", "-in", bench / "signature.der",
        "-content", bench / "content.bin", "-binary", "-purpose", "any",
        "-CAfile", bench / "root.pem", "-out", "/dev/null",
    )  # fmt: skip
    assert "CAdES Verification successful" in said


async def test_the_document_alone_proves_itself_off_line(bench: Path, deps: Deps) -> None:
    """Only the root is given; certificates and revocation data come from the document."""
    reader = PdfFileReader(io.BytesIO((bench / "signed.pdf").read_bytes()))
    root = Certificate.load(deps.authority.root.public_bytes(Encoding.DER))
    context = DocumentSecurityStore.read_dss(reader).as_validation_context(
        {"trust_roots": [root], "revocation_mode": "require", "allow_fetching": False}
    )
    signature = reader.embedded_signatures[0]
    status = await asyncio.to_thread(validate_pdf_signature, signature, context)
    assert status.bottom_line, status.pretty_print_details()


async def test_the_certificate_claims_no_more_than_is_true(bench: Path) -> None:
    leaf = x509.load_pem_x509_certificate((bench / "leaf.pem").read_bytes())
    extension = leaf.extensions.get_extension_for_oid(qc_statements.QC_STATEMENTS_OID)
    assert not extension.critical
    claims = qc_statements.read(extension.value)  # type: ignore[arg-type]
    assert claims == [qc_statements.PKIX_QC_SYNTAX_V2]


async def test_the_key_is_for_signing_documents_only(bench: Path) -> None:
    leaf = x509.load_pem_x509_certificate((bench / "leaf.pem").read_bytes())
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.content_commitment
    assert not usage.value.digital_signature
    names = [attribute.rfc4514_attribute_name for attribute in leaf.subject]
    assert names == ["C", "2.5.4.5", "2.5.4.4", "2.5.4.42", "CN"]
