"""The certificate of the registry's electronic seal and the authority behind it."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from clavis_testkit.pki.authority import (
    Authority,
    authority_name,
    certificate_pem,
    key_usage,
    lasts,
    write_key,
)

_LIFETIME = timedelta(days=365 * 2)


def ensure_seal(directory: Path, *, now: datetime) -> None:
    """Make seal.key.pem and seal.cer.pem (the certificate and its root) where needed."""
    if lasts(directory / "seal.cer.pem", now=now):
        return
    directory.mkdir(parents=True, exist_ok=True)
    authority = Authority.root("AC Sellos Clavis TEST", now=now, years=3)
    key = ec.generate_private_key(ec.SECP256R1())
    # RFC 5280 section 4.2.1.3: what is sealed cannot be denied later.
    certificate = authority.issue(
        authority_name("Sello electrónico del registro Clavis TEST"),
        key.public_key(),
        not_before=now,
        not_after=now + _LIFETIME,
        extensions=[
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (key_usage("digital_signature", "content_commitment"), True),
        ],
    )
    write_key(directory / "seal.key.pem", key)
    chain = certificate_pem(certificate) + certificate_pem(authority.certificate)
    (directory / "seal.cer.pem").write_bytes(chain)
