"""The OCSP responder (RFC 6960): a key certified by the issuing CA for nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from clavis_signing.pki.authority import Authority
from clavis_signing.rules import Reason

RESPONDER_LIFE = timedelta(days=7)
RENEW_BEFORE = timedelta(days=1)
ANSWER_LIFE = timedelta(hours=1)
# Certificates and answers are dated a little back, for clocks that run behind ours.
CLOCK_SKEW = timedelta(minutes=5)
# RFC 9654 section 2.1: a nonce has 1 to 128 octets.
NONCE_MAX = 128
# RFC 6960 section 4.3 asks for SHA-1; modern clients send SHA-256.
CERT_ID_DIGESTS: tuple[type[hashes.HashAlgorithm], ...] = (
    hashes.SHA1,
    hashes.SHA256,
    hashes.SHA384,
    hashes.SHA512,
)


@dataclass(frozen=True)
class CertificateStatus:
    """What is known of one issued certificate."""

    revoked_at: datetime | None = None
    reason: Reason | None = None


@dataclass(frozen=True)
class Responder:
    """A short-lived responder key and its certificate."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def due(self, now: datetime) -> bool:
        """Say whether it is time for another."""
        return now >= self.certificate.not_valid_after_utc - RENEW_BEFORE


@dataclass(frozen=True)
class Question:
    """A well-formed request about one certificate."""

    serial_number: int
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    digest: hashes.HashAlgorithm
    nonce: bytes | None


class ResponderKeeper:
    """Holds the responder of this process and replaces it in time. Its key is never stored."""

    def __init__(self, authority: Authority) -> None:
        """Make the first responder when it is first needed."""
        self._authority = authority
        self._responder: Responder | None = None

    def current(self, now: datetime) -> Responder:
        """Return a responder with life left."""
        if self._responder is None or self._responder.due(now):
            self._responder = create_responder(self._authority, now)
        return self._responder


def create_responder(authority: Authority, now: datetime) -> Responder:
    """Make a responder key and certify it (RFC 6960 section 4.2.2.2)."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer_key = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    start = max(now - CLOCK_SKEW, authority.certificate.not_valid_before_utc)
    certificate = (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .issuer_name(authority.certificate.subject)
        .subject_name(_responder_name(authority))
        .public_key(key.public_key())
        .not_valid_before(start)
        .not_valid_after(min(now + RESPONDER_LIFE, authority.not_after))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_digital_signature(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        # RFC 6960 section 4.2.2.2.1: its own status need not be asked, its life is short.
        .add_extension(x509.OCSPNoCheck(), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key.value),
            critical=False,
        )
        .sign(authority.key, authority.digest)
    )
    return Responder(certificate, key)


def parse(body: bytes) -> Question | None:
    """Read a request about one certificate; None when it is malformed or asks for several."""
    try:
        request = ocsp.load_der_ocsp_request(body)
        digest = request.hash_algorithm
        nonce = _nonce(request)
    except (ValueError, TypeError, NotImplementedError, x509.DuplicateExtension):
        return None
    if not isinstance(digest, CERT_ID_DIGESTS) or (
        nonce is not None and not 1 <= len(nonce) <= NONCE_MAX
    ):
        return None
    return Question(
        request.serial_number, request.issuer_name_hash, request.issuer_key_hash, digest, nonce
    )


def is_about(question: Question, authority: Authority) -> bool:
    """Say whether the question names our issuing CA (RFC 6960 section 4.1.1)."""
    name = hashes.Hash(question.digest)
    name.update(authority.certificate.subject.public_bytes())
    key = hashes.Hash(question.digest)
    key.update(_public_key_bits(authority.certificate))
    return (name.finalize(), key.finalize()) == (
        question.issuer_name_hash,
        question.issuer_key_hash,
    )


def answer(
    responder: Responder,
    question: Question,
    status: CertificateStatus | None,
    now: datetime,
) -> bytes:
    """Sign an answer. A serial number never issued is `unknown`, never `good`."""
    state = ocsp.OCSPCertStatus.UNKNOWN
    revoked_at, reason = None, None
    if status is not None:
        state = ocsp.OCSPCertStatus.GOOD
    if status is not None and status.revoked_at and status.reason:
        state, revoked_at = ocsp.OCSPCertStatus.REVOKED, status.revoked_at
        reason = x509.ReasonFlags(status.reason.value)
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(
            issuer_name_hash=question.issuer_name_hash,
            issuer_key_hash=question.issuer_key_hash,
            serial_number=question.serial_number,
            algorithm=question.digest,
            cert_status=state,
            this_update=now,
            next_update=now + ANSWER_LIFE,
            revocation_time=revoked_at,
            revocation_reason=reason,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        .certificates([responder.certificate])
    )
    if question.nonce is not None:
        # RFC 9654 section 2.1: the nonce comes back as it was sent.
        builder = builder.add_extension(x509.OCSPNonce(question.nonce), critical=False)
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def ask(certificate: x509.Certificate, issuer: x509.Certificate) -> Question:
    """Compose the question that a verifier of this certificate would send, without nonce."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303  RFC 6960
    question = parse(builder.build().public_bytes(serialization.Encoding.DER))
    if question is None:
        raise ValueError("a request of our own making must parse")
    return question


def refuse(status: ocsp.OCSPResponseStatus) -> bytes:
    """Answer that there is no answer (RFC 6960 section 4.2.1: unsigned error)."""
    response = ocsp.OCSPResponseBuilder.build_unsuccessful(status)
    return response.public_bytes(serialization.Encoding.DER)


def _nonce(request: ocsp.OCSPRequest) -> bytes | None:
    try:
        return request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return None


def _public_key_bits(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("the issuing CA has an elliptic curve key")
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _responder_name(authority: Authority) -> x509.Name:
    organisation = authority.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    common_name = x509.NameAttribute(NameOID.COMMON_NAME, "OCSP responder")
    return x509.Name([*organisation, common_name])


def _digital_signature() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
