"""A hint whose signature does not verify gets an error page and no redirect."""

from tests.conformance.harness import jws
from tests.conformance.harness.registration import LOGGED_OUT
from tests.conformance.harness.signing_out import SigningOut


def test_a_modified_hint_is_a_page(leaving: SigningOut) -> None:
    modified = jws.with_broken_signature(leaving.hint)
    leaving.refused(id_token_hint=modified, post_logout_redirect_uri=LOGGED_OUT, state="s")
    leaving.session_goes_on()
