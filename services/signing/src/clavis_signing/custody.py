"""Citizen keys at rest: PKCS#8 that only the citizen's password, with the pepper, can open.

    stretched = Argon2id(password, salt)                                  RFC 9106
    bound     = HMAC-SHA256(pepper, credential id || stretched)           RFC 2104
    key       = HKDF-SHA256(stretched || bound)                           RFC 5869
    sealed    = AES-256-GCM(key, nonce, PKCS#8, AAD = credential id || SPKI)

A database dump lacks the pepper; a dump with the pepper lacks the password. The key is in this
process's memory, in clear, for one signature: this is software custody and no qualified device.
"""

import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT_BYTES = 16
NONCE_BYTES = 12  # NIST SP 800-38D section 8.2
KEY_BYTES = 32
CONTEXT = b"clavis-signing citizen key v1"


@dataclass(frozen=True)
class Stretching:
    """Cost of Argon2id; kept with each key so that it can rise for new ones."""

    memory_kib: int
    time_cost: int
    parallelism: int


@dataclass(frozen=True)
class SealedKey:
    """A citizen's private key as it is stored."""

    salt: bytes
    nonce: bytes
    ciphertext: bytes
    stretching: Stretching


def generate_key() -> ec.EllipticCurvePrivateKey:
    """Make a P-256 key pair."""
    return ec.generate_private_key(ec.SECP256R1())


def spki_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the SubjectPublicKeyInfo of the key's public half, DER."""
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def spki_of_certificate(certificate: x509.Certificate) -> bytes:
    """Return the SubjectPublicKeyInfo that a certificate binds, DER."""
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def seal(
    key: ec.EllipticCurvePrivateKey,
    *,
    password: str,
    pepper: bytes,
    credential_id: str,
    stretching: Stretching,
) -> SealedKey:
    """Seal a private key under the password. Slow by intent: never call on the event loop."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    plaintext = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    wrapping = _wrapping_key(password, pepper, credential_id, salt, stretching)
    associated = _associated(credential_id, spki_of(key))
    ciphertext = AESGCM(wrapping).encrypt(nonce, plaintext, associated)
    return SealedKey(salt, nonce, ciphertext, stretching)


def open_sealed(
    sealed: SealedKey, *, password: str, pepper: bytes, credential_id: str, spki: bytes
) -> ec.EllipticCurvePrivateKey | None:
    """Open a sealed key; None when password, pepper, credential or public key do not belong."""
    wrapping = _wrapping_key(password, pepper, credential_id, sealed.salt, sealed.stretching)
    try:
        plaintext = AESGCM(wrapping).decrypt(
            sealed.nonce, sealed.ciphertext, _associated(credential_id, spki)
        )
    except InvalidTag:
        return None
    key = serialization.load_der_private_key(plaintext, password=None)
    return key if isinstance(key, ec.EllipticCurvePrivateKey) else None


def _wrapping_key(
    password: str, pepper: bytes, credential_id: str, salt: bytes, stretching: Stretching
) -> bytes:
    # NIST SP 800-63B section 5.1.1.2: one normal form, whatever the keyboard sends.
    secret = unicodedata.normalize("NFKC", password).encode("utf-8")
    stretched = hash_secret_raw(
        secret,
        salt,
        time_cost=stretching.time_cost,
        memory_cost=stretching.memory_kib,
        parallelism=stretching.parallelism,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )
    bound = hmac.digest(pepper, credential_id.encode("ascii") + stretched, hashlib.sha256)
    hkdf = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=CONTEXT)
    return hkdf.derive(stretched + bound)


def _associated(credential_id: str, spki: bytes) -> bytes:
    return credential_id.encode("ascii") + spki
