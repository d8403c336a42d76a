"""The demo's throw-away certificates: authorities, people's certificates, TLS of localhost."""

from datetime import UTC, datetime

from clavis_testkit.pki import (
    DEMO_HOLDERS,
    Entry,
    create_demo_pki,
    ensure_client_certificates,
)

from dev.layout import Layout

CERTIFICATE_CLIENTS = ("demo-mtls",)


def ensure_certificates(layout: Layout) -> list[Entry]:
    """Make what is missing under ``pki/`` and sign fresh revocation lists."""
    publisher = layout.url("inbox") + "/pki"
    entries = create_demo_pki(
        layout.file("pki"),
        now=datetime.now(UTC),
        crl_base_url=f"{publisher}/crl",
        ocsp_url=f"{publisher}/ocsp",
        signing_base_url=layout.url("signing"),
        holders=DEMO_HOLDERS,
    )
    now = datetime.now(UTC)
    ensure_client_certificates(layout.file("pki", "clients"), CERTIFICATE_CLIENTS, now=now)
    if layout.trust_file is not None:
        own = layout.file("pki", "trust.pem").read_bytes()
        layout.trusted.write_bytes(own + layout.trust_file.read_bytes())
    return entries
