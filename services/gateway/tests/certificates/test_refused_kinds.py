"""Every kind of certificate that is not a citizen's own, each refused with its own words."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from clavis_certificates.profile import Refusal
from clavis_gateway.certificates.texts import ADVICE, ERRORS
from clavis_testkit.pki import Authority, CertificateKind, Holder, profiles
from clavis_testkit.pki.authority import key_usage
from clavis_testkit.pki.demo import load_authorities
from clavis_testkit.plugin import NOON
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.gateway.tests.certificates.conftest import Pki
from services.gateway.tests.certificates.test_certificate_login import (
    CERTIFICATE_URL,
    to_tls_host,
)
from services.gateway.tests.login.conftest import OpenBrowser
from services.gateway.tests.login.login_world import Browser

ANA = Holder(CertificateKind.FNMT, "12345678Z", "ANA", "GARCÍA", "LÓPEZ")
QCP_N = "0.4.0.194112.1.0"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Made:
    """How a certificate differs from a citizen's own."""

    policies: tuple[str, ...] = ("1.3.6.1.4.1.5734.3.10.1", QCP_N)
    more_subject: tuple[tuple[x509.ObjectIdentifier, str], ...] = ()
    without: tuple[x509.ObjectIdentifier, ...] = ()
    usage: tuple[str, ...] = ("digital_signature", "content_commitment")
    purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.CLIENT_AUTH,)
    names: x509.SubjectAlternativeName | None = None
    begin: datetime = NOON - DAY
    end: datetime = NOON + 100 * DAY
    issuer: str = "ac-usuarios"
    drop: tuple[type, ...] = field(default=())

    def issue(self, authorities: dict[str, Authority]) -> x509.Certificate:
        pairs = [item for item in profiles.subject(ANA) if item.oid not in self.without] + [
            x509.NameAttribute(kind, value) for kind, value in self.more_subject
        ]
        return authorities[self.issuer].issue(
            x509.Name(pairs),
            ec.generate_private_key(ec.SECP256R1()).public_key(),
            not_before=self.begin,
            not_after=self.end,
            extensions=[(self._changed(one), critical) for one, critical in self._extensions()],
        )

    def _extensions(self) -> list[Any]:
        return [pair for pair in profiles.extensions(ANA) if not isinstance(pair[0], self.drop)]

    def _changed(self, extension: x509.ExtensionType) -> x509.ExtensionType:
        if isinstance(extension, x509.CertificatePolicies):
            named = [
                x509.PolicyInformation(x509.ObjectIdentifier(policy), None)
                for policy in self.policies
            ]
            return x509.CertificatePolicies(named)
        if isinstance(extension, x509.KeyUsage):
            return key_usage(*self.usage)
        if isinstance(extension, x509.ExtendedKeyUsage):
            return x509.ExtendedKeyUsage(self.purposes)
        if isinstance(extension, x509.SubjectAlternativeName) and self.names is not None:
            return self.names
        return extension


PERSON = (NameOID.SURNAME, NameOID.GIVEN_NAME, NameOID.SERIAL_NUMBER)
ENTITY = x509.ObjectIdentifier("2.5.4.97")
HOST = x509.SubjectAlternativeName([x509.DNSName("sede.example")])
KINDS = {
    "representative of a company": (
        Made(policies=("1.3.6.1.4.1.5734.3.11.2", QCP_N),
             more_subject=((ENTITY, "VATES-Q0000000J"),)),
        Refusal.REPRESENTATIVE,
    ),
    "representative of another issuer": (
        Made(policies=(QCP_N,), more_subject=((ENTITY, "VATES-Q0000000J"),)),
        Refusal.REPRESENTATIVE,
    ),
    "seal": (
        Made(policies=("0.4.0.194112.1.1",), without=PERSON,
             more_subject=((ENTITY, "VATES-Q0000000J"),)),
        Refusal.SEAL,
    ),
    "seal of an administration": (Made(policies=("2.16.724.1.3.5.6.2", QCP_N)), Refusal.SEAL),
    "public employee": (Made(policies=("2.16.724.1.3.5.7.2", QCP_N)), Refusal.EMPLOYEE),
    "employee with a pseudonym": (
        Made(policies=("2.16.724.1.3.5.4.2", QCP_N),
             more_subject=((NameOID.PSEUDONYM, "AGENTE 7"),)),
        Refusal.PSEUDONYM,
    ),
    "commitment only": (Made(usage=("content_commitment",)), Refusal.SIGNING),
    "encryption only": (Made(usage=("key_encipherment",)), Refusal.SIGNING),
    "website": (
        Made(policies=("0.4.0.194112.1.4",), without=PERSON, names=HOST,
             purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)),
        Refusal.WEBSITE,
    ),
    "device": (
        Made(policies=("1.2.3.4",), without=PERSON, names=HOST,
             purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)),
        Refusal.DEVICE,
    ),
    "expired": (Made(begin=NOON - 100 * DAY, end=NOON - DAY), Refusal.EXPIRED),
    "not yet valid": (Made(begin=NOON + 2 * DAY), Refusal.NOT_YET_VALID),
    "unknown issuer": (Made(issuer="ac-desconocida"), Refusal.UNKNOWN_ISSUER),
    "not qualified": (Made(drop=(x509.UnrecognizedExtension,)), Refusal.UNSUPPORTED),
    "without a number": (Made(without=(NameOID.SERIAL_NUMBER,)), Refusal.IDENTITY),
}  # fmt: skip


@pytest_asyncio.fixture
async def browser(open_browser: OpenBrowser, pki: Pki) -> AsyncIterator[Browser]:
    settings: dict[str, Any] = {
        "certificate_url": CERTIFICATE_URL,
        "trust_anchors_dir": pki.trust,
        "terminator_networks": ("127.0.0.0/8",),
    }
    async with open_browser(**settings) as opened:
        yield opened


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_has_a_code_and_a_page_of_its_own(
    browser: Browser, pki: Pki, kind: str
) -> None:
    made, refusal = KINDS[kind]
    der = made.issue(load_authorities(pki.folder)).public_bytes(Encoding.DER)
    browser.http.headers["Client-Cert"] = ":" + base64.b64encode(der).decode() + ":"
    await to_tls_host(browser)
    assert browser.response.status_code == 403
    assert browser.code == refusal.value
    words = str(ERRORS[refusal]).partition("%(")[0]
    assert words in browser.response.text
    await browser.press("other-methods")
    assert "method-pin" in browser.page.ids


def test_no_two_refusals_say_the_same() -> None:
    shown = set(Refusal) - {Refusal.NOT_FOR_SIGNING}  # of signatures, which the portal explains
    assert shown == ERRORS.keys() == ADVICE.keys()
    assert len({str(text) for text in ERRORS.values()}) == len(shown)
