"""With a hint alone the person is logged out and stays at the provider."""

from tests.conformance.harness.signing_out import SigningOut


def test_without_an_address_the_person_stays(leaving: SigningOut) -> None:
    leaving.stayed(leaving.confirmed(id_token_hint=leaving.hint, state="s"))
    leaving.session_is_over()
