"""Authorization responses as signed JWTs (JWT Secured Authorization Response Mode, JARM)."""

from __future__ import annotations

from datetime import timedelta

from clavis_gateway.deps import Deps
from clavis_gateway.oidc import encryption
from clavis_gateway.oidc.tokens import seconds
from clavis_gateway.records import RelyingParty

# JARM section 2.1: at most 10 minutes.
LIFETIME = timedelta(minutes=10)


# JARM section 2.1: the parameters of the response become claims beside iss, aud and exp.
async def response(deps: Deps, client: RelyingParty, params: dict[str, str]) -> str:
    """Sign an authorization response for its client, and encrypt it if it registered so.

    Raises Overloaded.
    """
    claims = params | {
        "iss": deps.settings.issuer,
        "aud": client.client_id,
        "exp": seconds(deps.clock.now() + LIFETIME),
    }
    return await encryption.signed(deps, client, "authorization", claims)
