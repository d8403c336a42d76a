"""A hint that is no ID token of this provider gets an error page and no redirect."""

from tests.conformance.harness import jws
from tests.conformance.harness.registration import LOGGED_OUT
from tests.conformance.harness.signing_out import SigningOut


def test_a_foreign_hint_is_a_page(leaving: SigningOut) -> None:
    _, claims = jws.read(leaving.hint)
    for bad in ("nonsense", jws.sign({}, claims, jws.new_key()), jws.unsigned({}, claims)):
        leaving.refused(id_token_hint=bad, post_logout_redirect_uri=LOGGED_OUT, state="s")
    leaving.session_goes_on()
