"""Certificates with which relying parties authenticate (RFC 8705), and the authority behind them.

trust/ac-servicios.cer.pem   what the gateway trusts
ac-servicios.key.pem         the authority's key, for more certificates
<client>.cer.pem, .key.pem   one certificate per client, its client_id as the common name
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from clavis_testkit.pki.authority import (
    ORGANISATION,
    Authority,
    Urls,
    certificate_pem,
    key_usage,
    lasts,
    write_key,
)

_LIFETIME = timedelta(days=365)
_AUTHORITY = "ac-servicios"


def ensure_client_certificates(directory: Path, clients: Iterable[str], *, now: datetime) -> None:
    """Make the authority and a certificate of each client where needed."""
    authority = _ensure_authority(directory, now=now)
    for client_id in clients:
        file = directory / f"{client_id}.cer.pem"
        if not lasts(file, now=now):
            certificate, key = issue_client_certificate(authority, client_id, now=now)
            write_key(directory / f"{client_id}.key.pem", key)
            file.write_bytes(certificate_pem(certificate))


def client_subject(client_id: str) -> x509.Name:
    """Name a client in its certificate."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ES"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, client_id),
        ]
    )


def issue_client_certificate(
    authority: Authority,
    client_id: str,
    *,
    now: datetime,
    alternatives: Iterable[x509.GeneralName] = (),
    urls: Urls | None = None,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Issue a certificate for TLS clients, good for a year from `now`."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = list(alternatives)
    certificate = authority.issue(
        client_subject(client_id),
        key.public_key(),
        not_before=now,
        not_after=now + _LIFETIME,
        extensions=[
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (key_usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
            *([(x509.SubjectAlternativeName(names), False)] if names else []),
            *(urls or Urls()).extensions(),
        ],
    )
    return certificate, key


def _ensure_authority(directory: Path, *, now: datetime) -> Authority:
    trust = directory / "trust"
    files = trust / f"{_AUTHORITY}.cer.pem", directory / f"{_AUTHORITY}.key.pem"
    if not lasts(files[0], now=now + _LIFETIME) or not files[1].exists():
        for stale in directory.glob("*.cer.pem"):
            stale.unlink()
        trust.mkdir(parents=True, exist_ok=True)
        Authority.root("AC Servicios Clavis TEST", now=now, years=3).save(*files)
    return Authority.load(*files)
