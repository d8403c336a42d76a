"""RFC 9440: what the terminator says of a certificate counts, and only what the terminator says."""

from __future__ import annotations

import base64
from ipaddress import ip_network

import pytest
from clavis_gateway.certificates.header import (
    Terminator,
    UnreadableCertificateError,
    shown_certificate,
)
from clavis_testkit.pki import Authority
from clavis_testkit.plugin import NOON
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.requests import Request

CERTIFICATE = Authority.root("AC", now=NOON).certificate
VALUE = ":" + base64.b64encode(CERTIFICATE.public_bytes(Encoding.DER)).decode() + ":"
HERE = "cert.test:8444"
LOCAL = Terminator((ip_network("127.0.0.0/8"),), None, HERE)
SECRET = Terminator((ip_network("127.0.0.0/8"), ip_network("::1/128")), "s3cret", HERE)


def request(*headers: tuple[str, str], host: str = "127.0.0.1", at: str = HERE) -> Request:
    named = [("Host", at), *headers] if at else headers
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in named]
    return Request({"type": "http", "headers": raw, "client": (host, 1)})


def test_rfc9440_2_1_a_certificate_between_colons_is_read() -> None:
    shown = shown_certificate(request(("Client-Cert", VALUE)), LOCAL)
    assert shown is not None
    assert shown.certificate == CERTIFICATE
    assert shown.chain == ()


def test_rfc9440_2_3_the_chain_comes_along() -> None:
    headers = (("Client-Cert", VALUE), ("Client-Cert-Chain", f"{VALUE}, {VALUE}"))
    shown = shown_certificate(request(*headers), LOCAL)
    assert shown is not None
    assert len(shown.chain) == 2


def test_no_header_is_no_certificate() -> None:
    assert shown_certificate(request(), LOCAL) is None


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "testclient", ""])
def test_rfc9440_4_nobody_but_the_terminator_is_believed(host: str) -> None:
    assert shown_certificate(request(("Client-Cert", VALUE), host=host), LOCAL) is None


@pytest.mark.parametrize(
    "at", ["", "id.test", "cert.test", "cert.test:8444.evil", "x.cert.test:8444"]
)
def test_where_no_certificate_is_asked_for_none_counts(at: str) -> None:
    assert shown_certificate(request(("Client-Cert", VALUE), at=at), LOCAL) is None


def test_without_a_certificate_host_no_certificate_counts() -> None:
    nowhere = Terminator(LOCAL.networks, None)
    assert shown_certificate(request(("Client-Cert", VALUE), at=""), nowhere) is None


@pytest.mark.parametrize("secret", ["", "wrong", "s3cret ", "ñ"])
def test_without_the_secret_nobody_is_believed(secret: str) -> None:
    headers = (("Client-Cert", VALUE), ("Clavis-Terminator-Secret", secret))
    assert shown_certificate(request(*headers), SECRET) is None


def test_with_the_secret_the_terminator_is_believed() -> None:
    headers = (("Client-Cert", VALUE), ("Clavis-Terminator-Secret", "s3cret"))
    assert shown_certificate(request(*headers), SECRET) is not None
    assert shown_certificate(request(*headers, host="::1"), SECRET) is not None


@pytest.mark.parametrize(
    "value",
    ["", ":", "::", "x", VALUE[1:], VALUE[:-1], ":AAAA:", ":%%%:", ":" + "A" * 20_000 + ":"],
)
def test_anything_else_is_unreadable(value: str) -> None:
    with pytest.raises(UnreadableCertificateError):
        shown_certificate(request(("Client-Cert", value)), LOCAL)


def test_two_certificates_are_unreadable() -> None:
    with pytest.raises(UnreadableCertificateError):
        shown_certificate(request(("Client-Cert", VALUE), ("Client-Cert", VALUE)), LOCAL)
