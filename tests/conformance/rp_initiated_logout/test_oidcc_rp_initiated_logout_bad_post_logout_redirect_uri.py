"""A post_logout_redirect_uri that is not registered gets an error page and no redirect."""

from tests.conformance.harness.registration import LOGGED_OUT
from tests.conformance.harness.signing_out import SigningOut


def test_an_unregistered_address_is_a_page(leaving: SigningOut) -> None:
    bad = LOGGED_OUT + "/not-registered"
    leaving.refused(id_token_hint=leaving.hint, post_logout_redirect_uri=bad, state="s")
    leaving.session_goes_on()
