"""Keyed hashes are HMAC-SHA256, and identifiers are UUIDs of version 4."""

import hmac
import uuid

import pytest
from clavis_kit.ids import is_id, new_id
from clavis_kit.keyed_hash import KeyedHash
from hypothesis import given
from hypothesis import strategies as st


@given(st.binary(min_size=1, max_size=200), st.text(max_size=200))
def test_a_keyed_hash_is_an_hmac(key: bytes, text: str) -> None:
    expected = hmac.digest(key, text.encode(errors="surrogatepass"), "sha256").hex()
    hashed = KeyedHash(key)
    assert hashed.of(text) == hashed.of(text) == expected
    assert hashed.matches(text, expected)


def test_identifiers_are_random_uuids() -> None:
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    for text in made:
        read = uuid.UUID(text)
        assert (str(read), read.version, read.variant) == (text, 4, uuid.RFC_4122)
        assert is_id(text)
        assert is_id(text.upper())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "urn:uuid:0199f0a2-7c1e-7d40-9a55-5d3f0c1b2a3e",
        "{0199f0a2-7c1e-7d40-9a55-5d3f0c1b2a3e}",
        "0199f0a27c1e7d409a555d3f0c1b2a3e",
        "0199f0a2-7c1e-7d40-9a55-5d3f0c1b2a3e\n",
        "0199f0a2-7c1e-7d40-9a55-5d3f0c1b2a3g",
        "0199f0a2-7c1e-7d40-9a55-5d3f0c1b2a3\u0663",
        "0199f0a2-7c1e-7d40-9a555-d3f0c1b2a3e",
    ],
)
def test_any_other_spelling_is_no_identifier(text: str) -> None:
    assert not is_id(text)
