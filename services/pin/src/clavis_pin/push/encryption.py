"""Message encryption for Web Push (RFC 8291) and the sender's own name (RFC 8292). No I/O."""

import struct
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from clavis_kit.ids import decode_base64url, encode_base64url
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

RECORD_SIZE = 4096
SALT_BYTES = 16
AUTH_BYTES = 16
_POINT_BYTES = 65
_LAST_RECORD = b"\x02"
_TOKEN_LIFE = timedelta(hours=12)


class SubscriptionError(ValueError):
    """The keys of a subscription are not what RFC 8291 asks for."""


def read_keys(public_key: str, auth: str) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    """Read the two keys of a subscription. Raises SubscriptionError."""
    try:
        point, secret = decode_base64url(public_key), decode_base64url(auth)
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise SubscriptionError("not a subscription's keys") from error
    if len(secret) != AUTH_BYTES or len(point) != _POINT_BYTES:
        raise SubscriptionError("keys of the wrong size")
    return key, secret


def encrypt(
    message: bytes,
    public_key: str,
    auth: str,
    *,
    own_key: ec.EllipticCurvePrivateKey,
    salt: bytes,
) -> bytes:
    """Return the body of a push message. `own_key` and `salt` serve one message only."""
    receiver, secret = read_keys(public_key, auth)
    sender_point, receiver_point = _point(own_key.public_key()), _point(receiver)
    shared = own_key.exchange(ec.ECDH(), receiver)
    # RFC 8291 section 3.4: the authentication secret joins the shared one.
    info = b"WebPush: info\x00" + receiver_point + sender_point
    keying = _hkdf(secret, shared, info, 32)
    key = _hkdf(salt, keying, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _hkdf(salt, keying, b"Content-Encoding: nonce\x00", 12)
    # RFC 8188 section 2.1: salt, record size, key id; one record, so its delimiter is the last's.
    header = salt + struct.pack("!LB", RECORD_SIZE, len(sender_point)) + sender_point
    return header + AESGCM(key).encrypt(nonce, message + _LAST_RECORD, None)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _hkdf(salt: bytes, keying: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(keying)


def application_server_key(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the public key as a browser takes it when it subscribes (RFC 8292 section 3.2)."""
    return encode_base64url(_point(key.public_key()))


def vapid_header(
    key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str, now: datetime
) -> str:
    """Return the Authorization header that names the sender (RFC 8292 sections 2 and 3)."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + _TOKEN_LIFE).timestamp()),
        "sub": contact,
    }
    token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, ECKey.import_key(key))
    return f"vapid t={token}, k={application_server_key(key)}"
