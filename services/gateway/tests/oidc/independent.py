"""Reading our tokens without the library that makes them: RFC 7515 over OpenSSL."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from clavis_kit.db import Pool
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def unbase64(text: str) -> bytes:
    """Decode base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(text: str) -> int:
    return int.from_bytes(unbase64(text), "big")


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims, unverified."""
    header, claims, _ = token.split(".")
    return json.loads(unbase64(header)), json.loads(unbase64(claims))


def verified(token: str, jwks: dict[str, Any]) -> dict[str, Any]:
    """Return the claims of a JWT that one of the keys signed. Raises InvalidSignature."""
    header, claims = parts(token)
    key = next(key for key in jwks["keys"] if key["kid"] == header["kid"])
    assert key["alg"] == header["alg"]
    signed, _, signature = token.rpartition(".")
    _VERIFIERS[header["alg"]](key, unbase64(signature), signed.encode())
    return claims


def _es256(key: dict[str, Any], signature: bytes, signed: bytes) -> None:
    numbers = ec.EllipticCurvePublicNumbers(_number(key["x"]), _number(key["y"]), ec.SECP256R1())
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    numbers.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))


def _eddsa(key: dict[str, Any], signature: bytes, signed: bytes) -> None:
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    Ed25519PublicKey.from_public_bytes(unbase64(key["x"])).verify(signature, signed)


def _rsa(key: dict[str, Any]) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()


def _rs256(key: dict[str, Any], signature: bytes, signed: bytes) -> None:
    _rsa(key).verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())


def _ps256(key: dict[str, Any], signature: bytes, signed: bytes) -> None:
    # RFC 7518 section 3.5: the salt is as long as the hash.
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
    _rsa(key).verify(signature, signed, pss, hashes.SHA256())


_VERIFIERS = {"ES256": _es256, "EdDSA": _eddsa, "RS256": _rs256, "PS256": _ps256}


@asynccontextmanager
async def round_trips(pool: Pool) -> AsyncIterator[list[str]]:
    """Collect every statement that goes to the database through a pool."""
    queries: list[str] = []

    def note(record: Any) -> None:
        # asyncpg asks about array types once per connection, not per request.
        if "typeinfo_tree" not in record.query and "'jit'" not in record.query:
            queries.append(record.query)

    held = [await pool.acquire() for _ in range(pool.get_max_size())]
    for connection in held:
        connection.add_query_logger(note)
    for connection in held:
        await pool.release(connection)
    try:
        yield queries
    finally:
        held = [await pool.acquire() for _ in range(pool.get_max_size())]
        for connection in held:
            connection.remove_query_logger(note)
            await pool.release(connection)
