import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clavis_testkit.pki import CertificateKind, Entry, OcspResponder, create_demo_pki
from clavis_testkit.require import need
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtensionOID, NameOID

# The machine's own time: openssl judges these certificates with it.
NOW = datetime.now(UTC).replace(microsecond=0)
CRL_BASE = "http://localhost:1/crl"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pki")
    create_demo_pki(
        directory, now=NOW, crl_base_url=CRL_BASE, signing_base_url="http://localhost:2"
    )
    return directory


@pytest.fixture(scope="module")
def entries(pki: Path) -> dict[str, Entry]:
    made = create_demo_pki(
        pki, now=NOW, crl_base_url=CRL_BASE, signing_base_url="http://localhost:2"
    )
    return {entry.kind: entry for entry in made}


@pytest.fixture
def load(pki: Path, entries: dict[str, Entry]) -> Callable[[str], x509.Certificate]:
    def load_one(kind: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate((pki / entries[kind].file).read_bytes())

    return load_one


def subject(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    (attribute,) = certificate.subject.get_attributes_for_oid(oid)
    return str(attribute.value)


def policies(certificate: x509.Certificate) -> set[str]:
    value = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    return {policy.policy_identifier.dotted_string for policy in value}


def verify(pki: Path, certificate_file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    need("openssl", "an independent judge of certificate paths")
    anchors = pki / "anchors.pem"
    roots = [path for path in (pki / "trust").iterdir() if "raiz" in path.name]
    anchors.write_bytes(b"".join(path.read_bytes() for path in roots))
    intermediates = pki / "intermediates.pem"
    others = [path for path in (pki / "trust").iterdir() if path not in roots]
    intermediates.write_bytes(b"".join(path.read_bytes() for path in others))
    paths = ("-CAfile", str(anchors), "-untrusted", str(intermediates))
    command = ["openssl", "verify", "-x509_strict", *paths, *options, str(certificate_file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def crl_option(pki: Path, authority: str) -> tuple[str, ...]:
    pem = pki / f"{authority}.crl.pem"
    crl = x509.load_der_x509_crl((pki / "crl" / f"{authority}.crl").read_bytes())
    pem.write_bytes(crl.public_bytes(Encoding.PEM))
    return ("-crl_check", "-CRLfile", str(pem))


def test_a_natural_persons_certificate_names_the_person_twice(
    load: Callable[[str], x509.Certificate],
) -> None:
    certificate = load("fnmt")
    assert subject(certificate, NameOID.SERIAL_NUMBER) == "IDCES-12345678Z"
    assert "1.3.6.1.4.1.5734.3.10.1" in policies(certificate)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    (directory_name,) = names.get_values_for_type(x509.DirectoryName)
    values = {a.oid.dotted_string.rpartition(".")[2]: a.value for a in directory_name}
    assert values == {"1": "ANA", "2": "GARCÍA", "3": "LÓPEZ", "4": "12345678Z"}


def test_a_card_certificate_has_the_bare_number_and_no_extended_usage(
    load: Callable[[str], x509.Certificate],
) -> None:
    certificate = load("dnie")
    assert subject(certificate, NameOID.SERIAL_NUMBER) == "12345678Z"
    assert "2.16.724.1.2.2.2.4" in policies(certificate)
    oids = {extension.oid for extension in certificate.extensions}
    assert ExtensionOID.EXTENDED_KEY_USAGE not in oids
    assert ExtensionOID.SUBJECT_ALTERNATIVE_NAME not in oids


def test_the_cards_signing_certificate_is_for_signatures_only(
    load: Callable[[str], x509.Certificate],
) -> None:
    certificate = load("dnie_signing")
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment
    assert not usage.digital_signature
    assert "2.16.724.1.2.2.2.3" in policies(certificate)


def test_a_representative_is_known_by_the_organisation_identifier(
    load: Callable[[str], x509.Certificate],
) -> None:
    certificate = load("representative")
    assert subject(certificate, x509.ObjectIdentifier("2.5.4.97")) == "VATES-B00000000"
    assert "1.3.6.1.4.1.5734.3.11.1" in policies(certificate)


def test_every_authority_says_that_it_is_a_test(pki: Path) -> None:
    files = [*(pki / "authorities").glob("*.cer.pem"), *(pki / "signing").glob("*.cer.pem")]
    assert len(files) == 8
    for file in [*files, pki / "tls-ca.cer.pem"]:
        assert (
            "Clavis TEST"
            in x509.load_pem_x509_certificate(file.read_bytes()).subject.rfc4514_string()
        )


@pytest.mark.parametrize(
    ("kind", "authority", "complaint"),
    [
        ("fnmt", "ac-usuarios", None),
        ("dnie", "ac-dnie", None),
        ("dnie_signing", "ac-dnie", None),
        ("representative", "ac-representacion", None),
        ("expired", "ac-usuarios", "has expired"),
        ("revoked", "ac-usuarios", "revoked"),
        ("unknown_issuer", "ac-usuarios", "unable to get local issuer"),
    ],
)
def test_openssl_judges_each_kind_as_intended(
    pki: Path, entries: dict[str, Entry], kind: str, authority: str, complaint: str | None
) -> None:
    result = verify(pki, pki / entries[kind].file, *crl_option(pki, authority))
    assert result.returncode == (0 if complaint is None else 2), result.stderr
    assert complaint is None or complaint in result.stderr


def test_the_tls_certificate_is_valid_for_localhost_and_its_authority_for_nothing_else(
    pki: Path,
) -> None:
    need("openssl", "an independent judge of certificate paths")
    options = ("-x509_strict", "-purpose", "sslserver", "-CAfile", str(pki / "trust.pem"))
    for name in (("-verify_hostname", "localhost"), ("-verify_ip", "127.0.0.1")):
        command = ["openssl", "verify", *options, *name, str(pki / "localhost.cer.pem")]
        subprocess.run(command, capture_output=True, check=True)
    anchor = x509.load_pem_x509_certificate((pki / "tls-ca.cer.pem").read_bytes())
    constraints = anchor.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert constraints.value.permitted_subtrees


def test_the_issuing_authority_may_issue_end_entities_only(pki: Path) -> None:
    need("openssl", "an independent judge of certificate paths")
    root, issuing = pki / "signing" / "root.cer.pem", pki / "signing" / "issuing.cer.pem"
    command = ["openssl", "verify", "-x509_strict", "-CAfile", str(root), str(issuing)]
    subprocess.run(command, capture_output=True, check=True)
    certificate = x509.load_pem_x509_certificate(issuing.read_bytes())
    limits = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)


def test_a_browser_can_import_the_bundle(pki: Path, entries: dict[str, Entry]) -> None:
    entry = entries["fnmt"]
    key, certificate, others = pkcs12.load_key_and_certificates(
        (pki / entry.p12_file).read_bytes(), entry.p12_password.encode()
    )
    assert key is not None
    assert certificate is not None
    assert f"{certificate.serial_number:x}" == entry.serial
    assert [other.subject for other in others] == [certificate.issuer]


def test_private_keys_are_readable_by_their_owner_alone(pki: Path) -> None:
    keys = [*pki.rglob("*.key.pem")]
    assert len(keys) >= len(CertificateKind)
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}


def test_a_second_call_keeps_certificates_and_refreshes_revocation_lists(tmp_path: Path) -> None:
    first = create_demo_pki(tmp_path, now=NOW)
    later = NOW + timedelta(days=20)
    assert create_demo_pki(tmp_path, now=later) == first
    crl = x509.load_der_x509_crl((tmp_path / "crl" / "ac-usuarios.crl").read_bytes())
    assert crl.next_update_utc is not None
    assert crl.next_update_utc > later + timedelta(days=20)


def test_certificates_near_their_end_are_made_anew_and_the_signing_authority_stays(
    tmp_path: Path,
) -> None:
    first = create_demo_pki(tmp_path, now=NOW)
    issuing = (tmp_path / "signing" / "issuing.cer.pem").read_bytes()
    assert create_demo_pki(tmp_path, now=NOW + timedelta(days=2 * 365 - 3)) != first
    assert (tmp_path / "signing" / "issuing.cer.pem").read_bytes() == issuing


@pytest.mark.parametrize(
    ("kind", "status"),
    [("fnmt", ocsp.OCSPCertStatus.GOOD), ("revoked", ocsp.OCSPCertStatus.REVOKED)],
)
def test_the_responder_tells_good_from_revoked(
    pki: Path, load: Callable[[str], x509.Certificate], kind: str, status: ocsp.OCSPCertStatus
) -> None:
    issuer = x509.load_pem_x509_certificate((pki / "trust" / "ac-usuarios.cer.pem").read_bytes())
    request = (
        ocsp.OCSPRequestBuilder()
        .add_certificate(load(kind), issuer, hashes.SHA256())
        .add_extension(x509.OCSPNonce(b"0123456789abcdef"), critical=False)
        .build()
        .public_bytes(Encoding.DER)
    )
    answer = ocsp.load_der_ocsp_response(OcspResponder(pki).answer(request, now=NOW))
    assert answer.certificate_status == status
    nonce = answer.extensions.get_extension_for_class(x509.OCSPNonce).value
    assert nonce.nonce == b"0123456789abcdef"


def test_the_responder_refuses_what_it_did_not_issue_and_what_it_cannot_read(
    pki: Path, load: Callable[[str], x509.Certificate]
) -> None:
    responder = OcspResponder(pki)
    garbage = ocsp.load_der_ocsp_response(responder.answer(b"\x30\x00junk", now=NOW))
    assert garbage.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    stranger = x509.load_pem_x509_certificate((pki / "signing" / "issuing.cer.pem").read_bytes())
    root = x509.load_pem_x509_certificate((pki / "signing" / "root.cer.pem").read_bytes())
    request = ocsp.OCSPRequestBuilder().add_certificate(stranger, root, hashes.SHA256()).build()
    answer = ocsp.load_der_ocsp_response(
        responder.answer(request.public_bytes(Encoding.DER), now=NOW)
    )
    assert answer.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
