"""Without a DPoP proof, or without the certificate, the token endpoint gives nothing.

The handshakes that FAPI 2.0 Security Profile section 5.2.2 rules out are refused, too.
"""

import socket
import ssl
import warnings
from urllib.parse import urlsplit

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


def test_old_tls_is_refused(fapi: FapiClient) -> None:
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint"):
        place = urlsplit(fapi.metadata[name])
        assert place.hostname
        assert place.port
        with pytest.raises(ssl.SSLError):
            _handshake(place.hostname, place.port)


def _handshake(host: str, port: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection((host, port), timeout=10) as connection:
        context.wrap_socket(connection, server_hostname=host)
