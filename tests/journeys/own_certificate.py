"""A certificate for somebody of a journey's own, and what is done with it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clavis_testkit import browsing
from clavis_testkit.pki import CertificateKind, Holder
from clavis_testkit.pki.single import issue_for
from clavis_testkit.running_demo import RunningDemo
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7
from playwright.sync_api import Page, expect


@dataclass(frozen=True)
class OwnCertificate:
    """A person's certificate in software and its key, as files."""

    demo: RunningDemo
    file: Path
    key_file: Path

    @classmethod
    def issue(cls, demo: RunningDemo, national_id: str, folder: Path) -> "OwnCertificate":
        """Have the demo's authority issue one to the name that newcomers have."""
        holder = Holder(CertificateKind.FNMT, national_id, "LEOCADIA", "ZURITA")
        files = issue_for(
            holder,
            demo.directory / "pki",
            folder,
            now=datetime.now(UTC),
            publisher=demo.url(11) + "/pki",
        )
        return cls(demo, *files)

    @property
    def in_browser(self) -> dict[str, Any]:
        """The option of a browser that presents it to the TLS front."""
        return {
            "origin": self.demo.data["addresses"]["certificate-host"],
            "certPath": str(self.file),
            "keyPath": str(self.key_file),
        }

    def sign(self, document: bytes) -> bytes:
        """Sign a document as signing programs do: a detached CMS signature (RFC 5652)."""
        certificate = x509.load_pem_x509_certificate(self.file.read_bytes())
        key = load_pem_private_key(self.key_file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        builder = pkcs7.PKCS7SignatureBuilder().set_data(document)
        return builder.add_signer(certificate, key, hashes.SHA256()).sign(
            Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        )

    def enter_portal(self, page: Page, path: str) -> None:
        """Log in at the portal with the certificate, and be back at a page of it."""
        page.goto(self.demo.url(5) + path)
        page.click("#sign-in")
        self.choose(page, path)

    def choose(self, page: Page, path: str) -> None:
        """Choose the certificate at the login pages, and be back at a page of the portal."""
        page.wait_for_url(f"{self.demo.issuer}/**")
        page.click("#method-certificate")
        page.click("#continue")
        page.click("#continue")
        browsing.agree_to_data(page, self.demo.url(5))
        page.wait_for_url(self.demo.url(5) + path)
        expect(page.locator("h1")).to_be_visible()
