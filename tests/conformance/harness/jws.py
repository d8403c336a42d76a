"""Signed tokens made and checked with plain primitives: none of the provider's own code.

The suite must be able to write tokens that no decent library would write, hence by hand.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
_PSS = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=32)
_P256_BYTES = 32
_ECDSA = ec.ECDSA(SHA256())


def encode(raw: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read what `encode` writes."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(value: int, length: int | None = None) -> str:
    return encode(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


@dataclass(frozen=True)
class Key:
    """A private key with the algorithm it signs with."""

    private: Private
    alg: str

    @property
    def kid(self) -> str:
        """The thumbprint (RFC 7638)."""
        members = {
            k: v for k, v in self._members().items() if k in {"crv", "kty", "x", "y", "e", "n"}
        }
        return encode(
            sha256(json.dumps(members, sort_keys=True, separators=(",", ":")).encode()).digest()
        )

    def _members(self) -> dict[str, str]:
        public = self.private.public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            point = public.public_numbers()
            x, y = (_number(value, _P256_BYTES) for value in (point.x, point.y))
            return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
        return {"kty": "OKP", "crv": "Ed25519", "x": encode(public.public_bytes_raw())}

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as it is registered and published."""
        return self._members() | {"kid": self.kid, "use": "sig", "alg": self.alg}

    @property
    def bare_jwk(self) -> dict[str, str]:
        """The public key as a DPoP proof carries it."""
        return self._members()

    @property
    def private_jwk(self) -> dict[str, str]:
        """The private key: for the suite's own use, and never to be sent."""
        return self.jwk | _private_members(self.private)


def _private_members(private: Private) -> dict[str, str]:
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return {"d": _number(private.private_numbers().private_value, _P256_BYTES)}
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return {"d": encode(private.private_bytes_raw())}
    numbers = private.private_numbers()
    named = {
        "d": numbers.d,
        "p": numbers.p,
        "q": numbers.q,
        "dp": numbers.dmp1,
        "dq": numbers.dmq1,
        "qi": numbers.iqmp,
    }
    return {name: _number(value) for name, value in named.items()}


def new_key(alg: str = "ES256") -> Key:
    """Make a key for an algorithm."""
    if alg == "ES256":
        return Key(ec.generate_private_key(ec.SECP256R1()), alg)
    if alg == "EdDSA":
        return Key(ed25519.Ed25519PrivateKey.generate(), alg)
    return Key(rsa.generate_private_key(65537, 2048), alg)


def sign(header: dict[str, Any], claims: dict[str, Any], key: Key, alg: str | None = None) -> str:
    """Write a compact JWS; a header member that is None is left out."""
    full = {"alg": alg or key.alg, "kid": key.kid} | header
    kept = {name: value for name, value in full.items() if value is not None}
    text = f"{_json(kept)}.{_json(claims)}"
    return f"{text}.{encode(_signature(text.encode(), key, alg or key.alg))}"


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Write an unsecured token (alg none, RFC 7518 section 3.6)."""
    return f"{_json({'alg': 'none'} | header)}.{_json(claims)}."


def _json(value: dict[str, Any]) -> str:
    return encode(json.dumps(value).encode())


def _signature(data: bytes, key: Key, alg: str) -> bytes:
    private = key.private
    if isinstance(private, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(private.sign(data, _ECDSA))
        return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(data)
    return private.sign(data, padding.PKCS1v15() if alg == "RS256" else _PSS, SHA256())


def with_broken_signature(token: str) -> str:
    """Flip bits in the middle of the signature."""
    text, _, signature = token.rpartition(".")
    raw = bytearray(decode(signature))
    raw[len(raw) // 2] ^= 0x5A
    return f"{text}.{encode(bytes(raw))}"


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims without any check."""
    header, claims, _ = token.split(".")
    return json.loads(decode(header)), json.loads(decode(claims))


def verify(token: str, jwks: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check the signature with the published key of its kid; AssertionError when it is wrong."""
    header, claims = read(token)
    assert header.get("kid"), "OpenID Connect Core 1.0 section 10.1: several keys need a kid"
    [jwk] = [one for one in jwks["keys"] if one["kid"] == header["kid"]]
    assert jwk.get("alg", header["alg"]) == header["alg"]
    text, _, signature = token.rpartition(".")
    try:
        _check(text.encode(), decode(signature), jwk, header["alg"])
    except InvalidSignature as error:
        raise AssertionError("the signature does not verify") from error
    return header, claims


def _check(data: bytes, signature: bytes, jwk: dict[str, str], alg: str) -> None:
    if alg == "ES256":
        x, y = (int.from_bytes(decode(jwk[name]), "big") for name in "xy")
        assert len(signature) == 2 * _P256_BYTES
        r, s = (int.from_bytes(signature[i : i + 32], "big") for i in (0, 32))
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        key.verify(encode_dss_signature(r, s), data, _ECDSA)
    elif alg in {"RS256", "PS256"}:
        e, n = (int.from_bytes(decode(jwk[name]), "big") for name in "en")
        scheme = padding.PKCS1v15() if alg == "RS256" else _PSS
        rsa.RSAPublicNumbers(e, n).public_key().verify(signature, data, scheme, SHA256())
    else:
        assert alg in {"EdDSA", "Ed25519"}, f"an algorithm nobody advertised: {alg}"
        key_bytes = decode(jwk["x"])
        ed25519.Ed25519PublicKey.from_public_bytes(key_bytes).verify(signature, data)
