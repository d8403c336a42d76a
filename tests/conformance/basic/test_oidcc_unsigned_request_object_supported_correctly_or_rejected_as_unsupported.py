"""An unsigned request object is never ignored: it is refused with the error that says why.

The suite runs this module where `none` is advertised for request objects. Ours is not, so an object
with alg none must be refused (OpenID Connect Core 1.0 section 3.1.2.6).
"""

from tests.conformance.harness import jws
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


def test_an_unsigned_request_object_is_refused(rp: BasicClient, newcomer: Citizen) -> None:
    metadata = rp.provider.metadata
    assert "none" not in metadata.get("request_object_signing_alg_values_supported", [])
    request = rp.request()
    signed = jws.unsigned({}, request | {"iss": rp.client_id, "aud": rp.provider.issuer})
    sent = request | {"request": signed}
    supported = metadata["request_parameter_supported"]
    error = "invalid_request_object" if supported else "request_not_supported"
    rp.refused(newcomer.visit(rp.address(sent)), request, error)


def test_a_signed_request_object_is_processed(rp: BasicClient, citizen: Citizen) -> None:
    assert rp.provider.metadata["request_parameter_supported"] is True
    request = rp.request()
    sent = {name: request[name] for name in ("client_id", "scope", "response_type")}
    sent["request"] = rp.request_object(request)
    rp.settle(citizen.enter(rp.address(sent)), request)
