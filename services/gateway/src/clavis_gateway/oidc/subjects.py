"""How a person and a session are called towards each client."""

from __future__ import annotations

from clavis_kit.ids import encode_base64url
from clavis_kit.keyed_hash import KeyedHash

from clavis_gateway.records import RelyingParty


# OpenID Connect Core 1.0 section 8: pairwise by sector (section 8.1), not reversible without the
# key; the same everywhere for who registered subject_type public. Our own applications get the
# internal identifier because they act on our own APIs.
def sub_for(client: RelyingParty, subject_id: str, pairwise: KeyedHash) -> str:
    """Return the `sub` of a person for a client."""
    if client.first_party:
        return subject_id
    if client.metadata.get("subject_type") == "public":
        return _short(pairwise.of(f"sub-public:{subject_id}"))
    return _short(pairwise.of(f"sub:{client.sector}:{subject_id}"))


def sid_for(client_id: str, session_id: str, pairwise: KeyedHash) -> str:
    """Return the `sid` of a session for a client: two clients cannot join theirs."""
    return _short(pairwise.of(f"sid:{client_id}:{session_id}"))


def _short(hexadecimal: str) -> str:
    return encode_base64url(bytes.fromhex(hexadecimal))
