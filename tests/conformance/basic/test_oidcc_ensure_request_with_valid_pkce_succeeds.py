"""A request with PKCE (S256) succeeds when the verifier is right, and only then."""

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient, pkce
from tests.conformance.harness.citizen import Citizen


def test_pkce_succeeds_with_its_verifier(rp: BasicClient, citizen: Citizen) -> None:
    verifier, challenge = pkce()
    request = rp.request(code_challenge=challenge, code_challenge_method="S256")
    answer = citizen.enter(rp.address(request))
    rp.settle(answer, request, code_verifier=verifier)


def test_another_verifier_is_refused(rp: BasicClient, citizen: Citizen) -> None:
    request = rp.request(code_challenge=pkce()[1], code_challenge_method="S256")
    code = rp.answered(citizen.enter(rp.address(request)), request)
    checks.denied(rp.exchange(code, request, code_verifier=pkce()[0]), "invalid_grant")
