"""A throw-away public key infrastructure for the demo and the tests, made when it is needed.

`create_demo_pki` makes all of it in a directory; the parts can be made alone for a test. Every
authority says "Clavis TEST" in its name. Nothing here is ever committed.
"""

from clavis_testkit.pki.authority import Authority
from clavis_testkit.pki.demo import Entry, create_demo_pki
from clavis_testkit.pki.holders import DEMO_HOLDERS, CertificateKind, Holder
from clavis_testkit.pki.ocsp import OcspResponder
from clavis_testkit.pki.relying_parties import (
    ensure_client_certificates,
    issue_client_certificate,
)
from clavis_testkit.pki.signing_ca import ensure_signing_ca
from clavis_testkit.pki.tls import ensure_tls

__all__ = [
    "DEMO_HOLDERS",
    "Authority",
    "CertificateKind",
    "Entry",
    "Holder",
    "OcspResponder",
    "create_demo_pki",
    "ensure_client_certificates",
    "ensure_signing_ca",
    "ensure_tls",
    "issue_client_certificate",
]
