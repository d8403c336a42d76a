"""Where an authorization request is read: from its parameters, or from a signed request object."""

from __future__ import annotations

from joserfc.jwk import KeySet

from clavis_gateway.deps import Deps
from clavis_gateway.errors import OAuthError, invalid_request
from clavis_gateway.oidc import jose
from clavis_gateway.oidc.checks import request_object
from clavis_gateway.oidc.client_keys import ClientKeysError, keys_of
from clavis_gateway.oidc.forms import Parameters
from clavis_gateway.records import RelyingParty


# RFC 9101 section 5: not both ways at once. Section 6.3: with an object, only what it holds counts.
async def unpack(deps: Deps, client: RelyingParty, params: Parameters) -> Parameters | None:
    """Return the parameters of the request object; None for a request without one.

    Raises OAuthError invalid_request_object, or invalid_request for two objects.
    """
    token = params.get("request")
    if token is None:
        return None
    if params.get("request_uri") or params.repeated & {"request", "request_uri"}:
        raise invalid_request("The request has more than one request object.")
    keys = await _keys(deps, client, token)
    now = deps.clock.now()
    values = request_object.read(client, token, keys, issuer=deps.settings.issuer, now=now)
    return Parameters(values, frozenset())


async def _keys(deps: Deps, client: RelyingParty, token: str) -> KeySet:
    try:
        return await keys_of(deps, client, jose.unverified_header(token).get("kid"))
    except ClientKeysError as error:
        raise OAuthError(
            "invalid_request_object",
            "The keys of the client cannot be read.",
            private=str(error),
        ) from error
