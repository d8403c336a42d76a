"""Without any parameter the person can log out and stays at the provider."""

from tests.conformance.harness.signing_out import SigningOut


def test_without_parameters_the_person_stays(leaving: SigningOut) -> None:
    leaving.stayed(leaving.confirmed())
    leaving.session_is_over()
