"""Binding of the code to the request (PKCE, DPoP)."""

from __future__ import annotations

import re

from clavis_gateway.errors import invalid_request
from clavis_gateway.oidc.checks.draft import Draft

# RFC 7636 section 4.2: BASE64URL of 32 bytes.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


# RFC 9700 section 2.1.1: public clients must use PKCE, and S256 is the only method worth having.
# FAPI 2.0 Security Profile section 5.3.2.2: always.
def check_pkce(draft: Draft) -> None:
    """Require S256 from public and fapi2 clients; accept it from the others."""
    challenge, method = draft.get("code_challenge"), draft.get("code_challenge_method")
    if challenge is None:
        required = draft.client.public or draft.client.fapi2
        if required or draft.client.metadata.get("require_pkce", False):
            raise invalid_request("A code_challenge is required.")
        if method is not None:
            raise invalid_request("A code_challenge_method came without code_challenge.")
        return
    # RFC 7636 section 4.3: an absent method means plain, which we refuse.
    if method != "S256":
        raise invalid_request("The code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise invalid_request("The code_challenge is malformed.")
    draft.code_challenge = challenge


# RFC 9449 section 10: the code can be bound to a key in advance.
def check_dpop_jkt(draft: Draft) -> None:
    """Keep the thumbprint of the key that must redeem the code."""
    jkt = draft.get("dpop_jkt")
    if jkt is None:
        return
    if not _CHALLENGE.fullmatch(jkt):
        raise invalid_request("The dpop_jkt is not a SHA-256 thumbprint.")
    if draft.dpop_jkt is not None and draft.dpop_jkt != jkt:
        raise invalid_request("The dpop_jkt does not match the DPoP proof.")
    draft.dpop_jkt = jkt
