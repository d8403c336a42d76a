"""Without a DPoP proof, or without the certificate, the token endpoint gives nothing.

The handshakes that FAPI 2.0 Security Profile section 5.2.2 rules out are refused, too.
"""

import socket
import ssl
import warnings
from urllib.parse import SplitResult, urlsplit

import pytest

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient


def test_without_the_key_there_is_no_token(fapi: FapiClient, citizen: Citizen) -> None:
    request = fapi.request()
    code = fapi.code(citizen, request)
    if not fapi.variant.dpop:
        fapi.http = fapi.provider.http
    answer = fapi.token(code, request, proof=False)
    errors = ("invalid_request", "invalid_grant", "invalid_dpop_proof", "invalid_client")
    checks.denied(answer, *errors)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "userinfo_endpoint"])
def test_old_tls_and_weak_ciphers_are_refused(fapi: FapiClient, name: str) -> None:
    place = urlsplit(fapi.metadata[name])
    with pytest.raises(ssl.SSLError):
        handshake(place, ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        handshake(place, ssl.TLSVersion.TLSv1_2, WEAK)
    assert handshake(place, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    assert handshake(place, ssl.TLSVersion.TLSv1_2, "ECDHE+AESGCM") == "TLSv1.2"


# RFC 9325 section 4.2: forward secrecy and authenticated encryption.
WEAK = "AES128-GCM-SHA256:AES256-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0"


def handshake(place: SplitResult, newest: ssl.TLSVersion, ciphers: str | None = None) -> str:
    """Shake hands, offering nothing newer, and return the version agreed on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest
    if ciphers is not None:
        context.set_ciphers(ciphers)
    assert place.hostname
    with (
        socket.create_connection((place.hostname, place.port or 443), timeout=10) as connection,
        context.wrap_socket(connection, server_hostname=place.hostname) as agreed,
    ):
        return agreed.version() or ""
