"""What people type is read generously, and nothing typed can break the reading."""

from __future__ import annotations

import pytest
from clavis_gateway.login import forms, guard
from clavis_gateway.login.forms import FieldError, PinRequest
from hypothesis import given
from hypothesis import strategies as st

ANA = {"identifier": "12345678Z", "contrast": "17/05/2031"}


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ({"contrast": "17/05/2031"}, "2031-05-17"),
        ({"contrast": "17-5-2031"}, "2031-05-17"),
        ({"contrast": "17.05.2031"}, "2031-05-17"),
        ({"contrast": "2031-05-17"}, "2031-05-17"),
        ({"contrast": "17052031"}, "2031-05-17"),
        ({"identifier": "x1234567l", "contrast": "e-1234567"}, "E01234567"),
    ],
)
def test_a_contrast_datum_may_be_written_in_many_ways(
    typed: dict[str, str], canonical: str
) -> None:
    wanted = forms.pin_request(ANA | typed)
    assert isinstance(wanted, PinRequest)
    assert wanted.contrast == canonical


@given(st.dictionaries(st.sampled_from(["identifier", "contrast", "prefix"]), st.text()))
def test_no_text_breaks_the_pin_request(typed: dict[str, str]) -> None:
    wanted = forms.pin_request(typed)
    if isinstance(wanted, list):
        assert all(isinstance(error, FieldError) for error in wanted)
    else:
        assert len(wanted.national_id) == 9


@given(st.text(max_size=300))
def test_no_text_breaks_a_code(typed: str) -> None:
    for read, field in ((forms.pin, "pin"), (forms.otp, "otp")):
        code = read({field: typed})
        assert isinstance(code, FieldError) or (code.isascii() and code.isalnum())


@given(st.dictionaries(st.sampled_from(["identifier", "email", "activation_code"]), st.text()))
def test_no_text_breaks_an_activation(typed: dict[str, str]) -> None:
    forms.activation(typed, with_email=True)
    forms.activation(typed, with_email=False)


@given(st.text(max_size=300))
def test_no_text_breaks_a_second_factor(typed: str) -> None:
    for code in (forms.totp({"otp": typed}), forms.recovery_code({"recovery_code": typed})):
        assert isinstance(code, FieldError) or (code.isascii() and code.isalnum())


@pytest.mark.parametrize("typed", ["7k2m9-qxr4t", " 7K2M9 QXR4T ", "7K2M9QXR4T"])
def test_a_recovery_code_is_read_generously(typed: str) -> None:
    assert forms.recovery_code({"recovery_code": typed}) == "7K2M9QXR4T"


@given(st.dictionaries(st.sampled_from(["identifier", "contrast"]), st.text()))
def test_no_text_breaks_the_data_of_a_document(typed: dict[str, str]) -> None:
    forms.document(typed)


@given(st.text(min_size=1, max_size=1024))
def test_a_password_is_kept_to_the_letter(password: str) -> None:
    assert forms.new_password({"password": password}) == password


def ours(token: str, headers: dict[str, str] | None = None, key: str | None = "s") -> bool:
    return guard.is_our_form(
        token=token,
        browser_secret=key,
        scope="flow",
        headers=headers or {},
        origin="https://id.example",
    )


TOKEN = guard.form_token("s", "flow")


@pytest.mark.parametrize(
    ("headers", "believed"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"origin": "https://id.example"}, True),
        ({"origin": "https://id.example.evil"}, False),
        ({"origin": "http://id.example"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "same-site", "origin": "https://id.example"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": ""}, False),
    ],
)
def test_the_browser_is_believed_about_other_sites(headers: dict[str, str], believed: bool) -> None:
    assert ours(TOKEN, headers) is believed


@given(st.text(max_size=80))
def test_only_the_token_of_this_flow_and_browser_counts(token: str) -> None:
    assert ours(token) is (token == TOKEN)
    assert not ours(guard.form_token("s", "another"))
    assert not ours(guard.form_token("another", "flow"))
    assert not ours(TOKEN, key=None)
