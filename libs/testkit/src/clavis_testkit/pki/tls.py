"""The TLS certificate of localhost and the authority behind it.

The authority is constrained to this machine (RFC 5280 section 4.2.1.10): a person who lets a
browser trust it trusts it for localhost and nothing else.
"""

import ipaddress
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from clavis_testkit.pki.authority import (
    Authority,
    Extension,
    certificate_pem,
    key_usage,
    lasts,
    write_key,
)

_DNS_NAMES = ("localhost",)
_ADDRESSES = ("127.0.0.1", "::1")
# Browsers refuse server certificates that live longer than 398 days.
_LIFETIME = timedelta(days=390)


def ensure_tls(directory: Path, *, now: datetime) -> None:
    """Make localhost.cer.pem, localhost.key.pem, tls-ca.cer.pem and trust.pem where needed."""
    if lasts(directory / "localhost.cer.pem", now=now):
        return
    directory.mkdir(parents=True, exist_ok=True)
    authority = _authority(now)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.issue(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
        key.public_key(),
        not_before=now,
        not_after=now + _LIFETIME,
        extensions=_server_extensions(),
    )
    anchor = certificate_pem(authority.certificate)
    (directory / "tls-ca.cer.pem").write_bytes(anchor)
    (directory / "trust.pem").write_bytes(anchor)
    write_key(directory / "localhost.key.pem", key)
    (directory / "localhost.cer.pem").write_bytes(certificate_pem(certificate))


def _authority(now: datetime) -> Authority:
    """Make an authority whose key is forgotten after one use."""
    permitted = [*map(x509.DNSName, _DNS_NAMES), *map(x509.IPAddress, _networks())]
    constraints = x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None)
    return Authority.root(
        "AC TLS Clavis TEST (localhost only)", now=now, years=2, more=[(constraints, True)]
    )


def _networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(address) for address in _ADDRESSES]


def _server_extensions() -> list[Extension]:
    names = [
        *map(x509.DNSName, _DNS_NAMES),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in _ADDRESSES),
    ]
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName(names), False),
    ]
