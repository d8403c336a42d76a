"""The public keys of a relying party: registered with it, or published at its address."""

from __future__ import annotations

from clavis_kit.errors import ServiceError
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clavis_gateway.deps import Deps
from clavis_gateway.records import RelyingParty


class ClientKeysError(Exception):
    """The client has no key set that can be read; the message says which and goes to the log."""


# OpenID Connect Registration 1.0 section 2: jwks or jwks_uri, never both.
async def keys_of(deps: Deps, client: RelyingParty, kid: object) -> KeySet:
    """Return the client's keys; an unknown `kid` may fetch them anew. Raises ClientKeysError."""
    uri = client.metadata.get("jwks_uri")
    try:
        if uri is None:
            return KeySet.import_key_set(client.metadata.get("jwks", {"keys": []}))
        return await deps.client_keys.get(uri, kid if isinstance(kid, str) else None)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ClientKeysError("no usable keys registered") from error
    except ServiceError as error:
        raise ClientKeysError("the key set of the client cannot be fetched") from error
