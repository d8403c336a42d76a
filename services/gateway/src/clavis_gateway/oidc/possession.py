"""The DPoP proof of a request: what the endpoints ask, over the rules in `checks/dpop.py`."""

from __future__ import annotations

from starlette.requests import Request

from clavis_gateway.deps import Deps
from clavis_gateway.oidc.checks import dpop
from clavis_gateway.oidc.checks.dpop import Nonces, Proof
from clavis_gateway.records import RelyingParty


def proof_of(
    request: Request,
    deps: Deps,
    client: RelyingParty,
    path: str,
    access_token: str | None = None,
) -> Proof | None:
    """Verify the proof of a request at `path`; None when it has none.

    `access_token` is the token it must be made for. Raises OAuthError invalid_dpop_proof, or
    use_dpop_nonce.
    """
    now = deps.clock.now()
    required = deps.settings.dpop_nonce_required or client.dpop_nonce_required
    return dpop.check_proof(
        request.headers.getlist("dpop"),
        method=request.method,
        url=deps.mtls.address(request, path),
        now=now,
        nonces=Nonces(deps.dpop_nonces.accepted(now), required),
        access_token=access_token,
    )
