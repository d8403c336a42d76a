"""DPoP proofs (RFC 9449): that the sender holds the key."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from clavis_kit.keyed_hash import sha256_hex
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc import jose
from clavis_gateway.oidc.metadata import DPOP_ALGS
from clavis_gateway.records import UsedJti

MAX_AGE = timedelta(seconds=60)
MAX_SKEW = timedelta(seconds=30)
MAX_PROOF_LENGTH = 4096
_PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@dataclass(frozen=True, slots=True)
class Nonces:
    """The nonces that are good now, and whether a proof must hold one."""

    accepted: frozenset[str]
    required: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """A verified proof: the key's thumbprint, and the identifier to use up."""

    jkt: str
    jti: UsedJti


def refused(why: str) -> OAuthError:
    """Make the error of RFC 9449 section 5."""
    return OAuthError("invalid_dpop_proof", "The DPoP proof is not valid.", private=why)


# RFC 9449 section 4.3, in its order.
def check_proof(
    headers: list[str],
    *,
    method: str,
    url: str,
    now: datetime,
    nonces: Nonces,
    access_token: str | None = None,
) -> Proof | None:
    """Verify the proof of a request; None when there is none. Raises OAuthError."""
    if not headers:
        return None
    # 1. Not more than one header field.
    if len(headers) > 1 or "," in headers[0] or len(headers[0]) > MAX_PROOF_LENGTH:
        raise refused("several or oversized proofs")
    # 2-4. A well-formed JWT with all claims, of the right type, with an asymmetric algorithm.
    header = jose.unverified_header(headers[0])
    if header.get("typ") != "dpop+jwt" or header.get("alg") not in DPOP_ALGS:
        raise refused("wrong type or algorithm")
    key = _public_key(header.get("jwk"))
    # 5-6. The signature verifies with the key in the header, which is public.
    try:
        claims = jose.verify(headers[0], key, DPOP_ALGS)
    except JoseError as error:
        raise refused("bad signature") from error
    # 7-8. Method and address are those of this request, without query and fragment.
    if claims.get("htm") != method or not _same_url(claims.get("htu"), url):
        raise refused("other method or address")
    # 9. The nonce we gave. 10. A recent time.
    check_nonce(claims, nonces)
    jti = _check_times(claims, now)
    # 11. For a resource, the hash of the token that comes with it.
    if access_token is not None and not _matches(claims.get("ath"), access_token):
        raise refused("made for another access token")
    jkt = key.thumbprint()
    used = UsedJti(sha256_hex(f"dpop:{jkt}:{jti}"), now + MAX_AGE + 2 * MAX_SKEW)
    return Proof(jkt, used)


# RFC 9449 section 8: who brings none is told to, if one is required; who brings an old one, always.
def check_nonce(claims: dict[str, Any], nonces: Nonces) -> None:
    """Refuse a missing or outdated nonce; the answer carries a good one."""
    nonce = claims.get("nonce")
    if nonce is None and not nonces.required:
        return
    if not isinstance(nonce, str) or nonce not in nonces.accepted:
        raise OAuthError(
            "use_dpop_nonce",
            "The DPoP proof must hold the nonce of the DPoP-Nonce header.",
            rule="dpop_nonce",
        )


def _public_key(jwk: object) -> ECKey | RSAKey | OKPKey:
    if not isinstance(jwk, dict) or _PRIVATE_MEMBERS & jwk.keys():
        raise refused("no public key")
    try:
        return jose.import_public_key(jwk)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise refused("broken key") from error


def _same_url(htu: object, url: str) -> bool:
    if not isinstance(htu, str):
        return False
    try:
        one, other = urlsplit(htu), urlsplit(url)
        return (one.scheme.lower(), _authority(htu), one.path or "/") == (
            other.scheme,
            _authority(url),
            other.path or "/",
        )
    except ValueError:
        return False


# RFC 3986 section 6.2.3: the default port may be written or not.
def _authority(url: str) -> tuple[str | None, int | None]:
    parts = urlsplit(url)
    return parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme.lower())


def _check_times(claims: dict[str, Any], now: datetime) -> str:
    jti, issued = claims.get("jti"), claims.get("iat")
    if not isinstance(jti, str) or not jti or not jose.is_number(issued):
        raise refused("no jti or iat")
    at = now.timestamp()
    if issued < at - MAX_AGE.total_seconds() or issued > at + MAX_SKEW.total_seconds():
        raise refused("too old or from the future")
    # RFC 7519 sections 4.1.4 and 4.1.5 hold for any JWT that carries them.
    expires, not_before = claims.get("exp", at + 1), claims.get("nbf", at)
    if not (jose.is_number(expires) and jose.is_number(not_before)):
        raise refused("times are not numbers")
    if expires <= at - MAX_SKEW.total_seconds() or not_before > at + MAX_SKEW.total_seconds():
        raise refused("expired or not yet valid")
    return jti


def _matches(ath: object, access_token: str) -> bool:
    return isinstance(ath, str) and hmac.compare_digest(
        ath.encode(), jose.sha256_base64url(access_token).encode()
    )
