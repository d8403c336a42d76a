"""An address without a hint or client_id gets a page and no redirect."""

from tests.conformance.harness.registration import LOGGED_OUT
from tests.conformance.harness.signing_out import SigningOut


def test_without_a_hint_there_is_no_redirect(leaving: SigningOut) -> None:
    leaving.refused(post_logout_redirect_uri=LOGGED_OUT, state="s")
    leaving.session_goes_on()
