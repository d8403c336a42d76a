"""With hint, address and state the person is logged out and comes back with the state."""

from tests.conformance.harness.registration import LOGGED_OUT
from tests.conformance.harness.signing_out import SigningOut


def test_the_person_is_logged_out_and_comes_back(leaving: SigningOut) -> None:
    answer = leaving.confirmed(
        id_token_hint=leaving.hint, post_logout_redirect_uri=LOGGED_OUT, state="s-123"
    )
    leaving.came_back(answer, state="s-123")
    leaving.session_is_over()
