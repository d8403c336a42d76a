"""A logout sends a valid logout token over TLS for the session that ends, and ends it.

Checked as OpenID Connect Back-Channel Logout 1.0 sections 2.4 to 2.6 ask.
"""

import time

from tests.conformance.harness import jws
from tests.conformance.harness.receiver import LogoutReceiver
from tests.conformance.harness.registration import LOGGED_OUT
from tests.conformance.harness.signing_out import SigningOut

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def test_the_client_gets_a_logout_token(leaving: SigningOut, receiver: LogoutReceiver) -> None:
    answer = leaving.confirmed(
        id_token_hint=leaving.hint, post_logout_redirect_uri=LOGGED_OUT, state="s"
    )
    delivery = receiver.next()
    leaving.came_back(answer, state="s")
    assert set(delivery) == {"logout_token"}
    [token] = delivery["logout_token"]
    provider = leaving.rp.provider
    header, claims = jws.verify(token, provider.jwks())
    login_header, login = jws.read(leaving.hint)
    assert header["alg"] == login_header["alg"]
    assert header["typ"] == "logout+jwt"
    assert claims["iss"] == provider.issuer
    assert claims["aud"] in (leaving.rp.client_id, [leaving.rp.client_id])
    assert abs(time.time() - claims["iat"]) < 60
    assert claims["exp"] > time.time()
    assert claims["jti"]
    assert claims["events"] == {EVENT: {}}
    assert claims["sub"] == login["sub"]
    assert claims["sid"] == login["sid"]
    assert "nonce" not in claims
    leaving.session_is_over()
