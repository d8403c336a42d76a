"""Answers that only the client can read: a signed JWT inside an encrypted one (RFC 7516).

The key is the client's, of its registered set or of the set it publishes. RSA1_5 does not exist
here (RFC 8725 section 3.2), nor does any symmetric key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

from joserfc import jwe
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from clavis_gateway.deps import Deps
from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc.client_keys import ClientKeysError, current_keys_of
from clavis_gateway.records import RelyingParty

Answer = Literal["id_token", "userinfo", "introspection", "authorization"]
Key = RSAKey | ECKey | OKPKey
_CURVES = frozenset({"P-256", "P-384", "P-521", "X25519"})


@dataclass(frozen=True, slots=True)
class Encryption:
    """How a client wants an answer encrypted: for its key, and the content itself."""

    alg: str
    enc: str


# OpenID Connect Registration 1.0 section 2, JARM section 3, RFC 9701 section 6: without a named
# content encryption it is A128CBC-HS256.
def wanted(client: RelyingParty, answer: Answer) -> Encryption | None:
    """Say how the client wants this answer encrypted; None when it does not."""
    alg = client.metadata.get(f"{answer}_encrypted_response_alg")
    if not alg:
        return None
    return Encryption(alg, client.metadata.get(f"{answer}_encrypted_response_enc", "A128CBC-HS256"))


async def signed(
    deps: Deps, client: RelyingParty, answer: Answer, claims: dict[str, Any], typ: str = "JWT"
) -> str:
    """Sign an answer with the algorithm the client registered, and encrypt it if it asked to.

    Raises OAuthError when the client has no key to encrypt for, Overloaded when RSA is overloaded.
    """
    token = await deps.keys.sign(client.signing_alg(answer), claims, typ)
    how = wanted(client, answer)
    # RFC 7519 section 5.2: what is inside is a JWT again.
    return token if how is None else await _encrypted(deps, client, how, token, {"cty": "JWT"})


async def unsigned(
    deps: Deps, client: RelyingParty, how: Encryption, claims: dict[str, Any]
) -> str:
    """Encrypt an answer that the client wants unsigned (OpenID Connect Core 1.0 section 5.3.2)."""
    return await _encrypted(deps, client, how, json.dumps(claims), {"typ": "JWT"})


async def _encrypted(
    deps: Deps, client: RelyingParty, how: Encryption, text: str, own: dict[str, str]
) -> str:
    try:
        key = choose(await current_keys_of(deps, client), how.alg)
    except ClientKeysError as error:
        raise _no_key(str(error)) from error
    if key is None:
        raise _no_key(f"no key for {how.alg}")
    header = {"alg": how.alg, "enc": how.enc} | own
    if key.kid is not None:
        header["kid"] = key.kid
    if isinstance(key, RSAKey):
        return await deps.keys.rsa.run(_seal, header, text, key)
    return _seal(header, text, key)


def _seal(header: dict[str, str], text: str, key: Key) -> str:
    return jwe.encrypt_compact(header, text, key, algorithms=[header["alg"], header["enc"]])


# OpenID Connect Core 1.0 section 10.2.1: a key for encryption, of the type the algorithm needs. A
# key whose use is not named may serve; one meant for signatures never does (RFC 7517 section 4.2).
def choose(keys: KeySet, alg: str) -> Key | None:
    """Return the client's key for an algorithm, or None."""
    fitting = [key for key in keys.keys if _fits(key, alg)]
    fitting.sort(key=lambda key: key.get("use") != "enc")
    return fitting[0] if fitting else None


def _fits(key: object, alg: str) -> TypeGuard[Key]:
    if not isinstance(key, Key):
        return False
    if key.get("use") not in (None, "enc") or key.get("alg") not in (None, alg):
        return False
    if alg == "RSA-OAEP-256":
        return isinstance(key, RSAKey)
    return not isinstance(key, RSAKey) and key.get("crv") in _CURVES


def _no_key(private: str) -> OAuthError:
    return OAuthError(
        "invalid_request",
        "The client has no key for which the answer could be encrypted.",
        private=private,
        rule="no_encryption_key",
    )
