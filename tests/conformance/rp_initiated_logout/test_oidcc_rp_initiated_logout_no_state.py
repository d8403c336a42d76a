"""Without a state the person is logged out and comes back without one."""

from tests.conformance.harness.registration import LOGGED_OUT
from tests.conformance.harness.signing_out import SigningOut


def test_without_a_state_none_comes_back(leaving: SigningOut) -> None:
    answer = leaving.confirmed(id_token_hint=leaving.hint, post_logout_redirect_uri=LOGGED_OUT)
    leaving.came_back(answer)
    leaving.session_is_over()
