"""Refresh tokens give new access tokens for the same login, and belong to one client alone."""

import re

from tests.conformance.harness import checks, jws
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen

ALLOWED = re.compile(r"[\x20-\x7E]+")  # RFC 6749 appendix A.17


def refreshed(rp: BasicClient, citizen: Citizen) -> str:
    """Log in with offline access, refresh, check both, and return the last refresh token."""
    flow = rp.complete(citizen, scope="openid offline_access", prompt="consent")
    first = flow.tokens["refresh_token"]
    assert ALLOWED.fullmatch(first)
    tokens = checks.granted(rp.refresh(first))
    assert tokens["access_token"] != flow.access_token
    if "id_token" in tokens:
        # OpenID Connect Core 1.0 section 12.2.
        request = {k: v for k, v in flow.request.items() if k != "nonce"}
        nonce = jws.read(tokens["id_token"])[1].get("nonce")
        assert nonce in (None, flow.request["nonce"])
        claims = rp.id_token(tokens, request | ({"nonce": nonce} if nonce else {}))
        for name in ("iss", "sub", "aud", "auth_time"):
            assert claims[name] == flow.id_token[name]
        assert claims["iat"] >= flow.id_token["iat"]
    checks.userinfo(rp.userinfo(tokens["access_token"]), flow.id_token["sub"])
    return str(tokens.get("refresh_token", first))


def test_refresh_tokens_work_and_belong_to_their_client(
    rp: BasicClient, second_rp: BasicClient, citizen: Citizen
) -> None:
    assert "refresh_token" in rp.provider.metadata["grant_types_supported"]
    refreshed(rp, citizen)
    of_the_second = refreshed(second_rp, citizen)
    checks.denied(rp.refresh(of_the_second), "invalid_grant")
