"""Whatever is sent as metadata is registered or refused with a sentence; nothing else happens."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path
from typing import Any

import yaml
from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.records import RelyingParty
from clavis_gateway.registration import dynamic, relying_party
from clavis_gateway.registration.bundle import BundleError, parse
from clavis_gateway.registration.members import OPERATOR, STANDARD, schemas
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.tests.oidc.gateway_world import ISSUER, registration

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
WORDS = st.sampled_from(
    ["ES256", "none", "RS256", "https://rp.test/cb", "https://[", "http://localhost:x", "code",
     "private_key_jwt", "tls_client_auth", "none", "pairwise", "web", "native", "kty", "é"]
)  # fmt: skip
KEYS = st.fixed_dictionaries(
    {},
    optional={
        "kty": st.sampled_from(["EC", "RSA", "OKP", "oct"]) | JSON,
        "crv": st.sampled_from(["P-256", "Ed25519"]) | JSON,
        "x": st.text(max_size=50), "y": st.text(max_size=50), "n": st.text(max_size=50),
        "e": JSON, "x5c": JSON, "use": JSON, "alg": JSON, "kid": JSON,
    },
)  # fmt: skip
VALUES = JSON | WORDS | st.lists(WORDS, max_size=3) | st.fixed_dictionaries(
    {"keys": st.lists(KEYS, max_size=2) | JSON}
)  # fmt: skip
_TYPED: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=20) | WORDS,
    "array": st.lists(st.text(max_size=10) | WORDS, max_size=3),
    "boolean": st.booleans(),
    "integer": st.integers(0, 10**6),
    "object": st.fixed_dictionaries({"keys": st.lists(KEYS, max_size=2)}) | st.just({}),
}
NAMES = st.sampled_from(sorted({*STANDARD, *OPERATOR, "client_name#es", "unknown", "scope#x"}))
# Of the right type more often than not, so that the rules behind the types are met too.
MEMBERS = NAMES.flatmap(
    lambda name: st.tuples(
        st.just(name), _TYPED[schemas()[name]["type"]] | VALUES if name in schemas() else VALUES
    )
)


@settings(max_examples=150, deadline=None)
@given(st.lists(MEMBERS, max_size=4))
def test_a_description_is_taken_or_refused_with_a_sentence(members: list[tuple[str, Any]]) -> None:
    with contextlib.suppress(MetadataError):
        _is_usable(relying_party(registration() | dict(members), ISSUER))


def _is_usable(party: RelyingParty) -> None:
    """Read of it all that a request reads, in the form in which it is stored."""
    stored = json.dumps([party.metadata, party.names, party.purpose, party.claim_purposes])
    assert "\\u0000" not in stored
    assert not re.search(r"\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])", stored), "half a pair"
    assert party.terms.minimum is party.minimum_loa
    assert party.domain
    assert all(isinstance(scope, str) for scope in party.scopes)
    assert all(isinstance(uri, str) for uri in party.redirect_uris)
    assert isinstance(party.id_token_alg, str)
    assert isinstance(party.contacts, tuple)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(NAMES | st.text(max_size=8), VALUES, max_size=4))
def test_a_dynamic_registration_is_taken_or_refused_with_a_sentence(sent: dict[str, Any]) -> None:
    metadata = {"redirect_uris": ["https://rp.test/cb"]} | sent
    with contextlib.suppress(MetadataError):
        described = dynamic.description(metadata, "basic") | {"client_id": "x"}
        if dynamic.needs_secret(metadata):
            described["client_secret"] = "s" * 43
        _is_usable(relying_party(described, ISSUER))


@given(st.text(max_size=400))
def test_rfc6749_5_2_a_refusal_is_told_in_plain_characters(said: str) -> None:
    code, sentence = dynamic.error_of(MetadataError(said))
    assert code.startswith("invalid_")
    assert sentence.isascii()
    assert not set(sentence) & set('"\\\n')


@settings(max_examples=80, deadline=None)
@given(JSON | st.fixed_dictionaries({
    "version": st.just(1) | JSON, "name": st.just("a") | JSON,
    "relying_parties": JSON | st.lists(
        st.dictionaries(NAMES, VALUES, max_size=4), max_size=2
    ),
}))  # fmt: skip
def test_a_bundle_is_read_or_refused_with_sentences(document: Any) -> None:
    with contextlib.suppress(yaml.representer.RepresenterError, UnicodeEncodeError):
        text = yaml.safe_dump(document, allow_unicode=True).encode()
        with contextlib.suppress(BundleError):
            parse(text, Path("/nonexistent"), {})


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=60))
def test_any_file_is_a_bundle_or_refused(content: str | bytes) -> None:
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    with contextlib.suppress(BundleError):
        parse(raw, Path("/nonexistent"), {})
