"""The public keys of a relying party: registered with it, or published at its address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from clavis_kit.errors import ServiceError
from clavis_kit.jwks import import_key_set
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clavis_gateway.deps import Deps
from clavis_gateway.records import RelyingParty

_PARSED_SETS = 4096


class ClientKeysError(Exception):
    """The client has no key set that can be read; the message says which and goes to the log."""


# OpenID Connect Registration 1.0 section 2: jwks or jwks_uri, never both.
async def keys_of(deps: Deps, client: RelyingParty, kid: object) -> KeySet:
    """Return the keys that verify what the client signed, retiring ones included.

    An unknown `kid` may fetch them anew. Raises ClientKeysError.
    """
    if client.metadata.get("jwks_uri") is None:
        return _registered(client.verification_keys(deps.clock.now()))
    return await _published(deps, client, kid)


async def current_keys_of(deps: Deps, client: RelyingParty) -> KeySet:
    """Return the keys the client holds now: what is encrypted for it. Raises ClientKeysError."""
    if client.metadata.get("jwks_uri") is None:
        return _registered(client.metadata.get("jwks", {"keys": []}))
    return await _published(deps, client, None)


async def _published(deps: Deps, client: RelyingParty, kid: object) -> KeySet:
    known = kid if isinstance(kid, str) else None
    try:
        return await deps.client_keys.get(client.metadata["jwks_uri"], known)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ClientKeysError("no usable keys registered") from error
    except ServiceError as error:
        raise ClientKeysError("the key set of the client cannot be fetched") from error


def _registered(jwks: Mapping[str, Any]) -> KeySet:
    try:
        return _parsed(json.dumps(jwks))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ClientKeysError("no usable keys registered") from error


# Parsing a key costs more than verifying with it; the content is the cache's key, so that a
# registration that changes is read anew at once.
@lru_cache(maxsize=_PARSED_SETS)
def _parsed(text: str) -> KeySet:
    return import_key_set(json.loads(text))
