"""With nothing but a state the person can log out and stays at the provider."""

from tests.conformance.harness.signing_out import SigningOut


def test_with_a_state_alone_the_person_stays(leaving: SigningOut) -> None:
    leaving.stayed(leaving.confirmed(state="s"))
    leaving.session_is_over()
