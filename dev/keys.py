"""The demo's secrets: made once, at random, readable by their owner alone."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from dev.services import CORE

SYMMETRIC = (
    "national-id",
    "contrast",
    "activation",
    "name",
    "pairwise",
    "key-encryption",
    "client-secret",
    "pepper",
    "pin-pepper",
    "app",
    "permanent-pepper",
    "permanent-authenticator",
    "portal-session",
    "console-session",
)
CONTACT_READERS = ("pin", "permanent")
VIDEO_PROVIDER = "video-provider"
_BACKENDS = ("portal", "console")
_PRIVATE_CLIENTS = ("demo-fapi",)
_SECRET_CLIENTS = ("demo-web", "demo-post", "demo-substantial", "demo-high", "demo-signer")


def write_private(path: Path, content: bytes) -> None:
    """Write a file only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(path.name + ".new")
    building.unlink(missing_ok=True)
    descriptor = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    building.replace(path)


def ensure_keys(directory: Path) -> None:
    """Make every missing key under ``keys/`` and ``clients/``; existing ones stay as they are."""
    keys = directory / "keys"
    for name in SYMMETRIC:
        _ensure(keys / f"{name}.key", lambda: secrets.token_bytes(32))
    for name in ("terminator", *_SECRET_CLIENTS):
        _ensure(keys / f"{name}.secret", lambda: secrets.token_urlsafe(32).encode("ascii"))
    pairs = (
        *(s.name for s in CORE),
        *_BACKENDS,
        "checkpoint",
        "operator",
        "vapid",
        VIDEO_PROVIDER,
        *(f"contact-{r}" for r in CONTACT_READERS),
    )
    for name in pairs:
        _ensure(keys / f"{name}.pem", _new_ec_pem)
    readers = [
        public_jwk(keys / f"contact-{reader}.pem", kid=reader, use="enc")
        for reader in CONTACT_READERS
    ]
    _ensure(keys / "contact-readers.json", lambda: json.dumps({"keys": readers}).encode())
    provider = public_jwk(keys / f"{VIDEO_PROVIDER}.pem", kid=VIDEO_PROVIDER, use="sig")
    operator = public_jwk(keys / "operator.pem", use="sig")
    _ensure(keys / "operator-jwks.json", lambda: json.dumps({"keys": [operator]}).encode())
    _ensure(keys / "video-providers.json", lambda: json.dumps({"keys": [provider]}).encode())
    for client in _PRIVATE_CLIENTS:
        _ensure(directory / "clients" / f"{client}.jwks.json", _new_client_jwks)


def _ensure(path: Path, make: Any) -> None:
    if not path.exists():
        write_private(path, make())


def _new_ec_pem() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def public_jwk(pem: Path, *, use: str, kid: str | None = None) -> dict[str, Any]:
    """Return the public half of a key file; its thumbprint is the kid unless one is given."""
    key = ECKey.import_key(pem.read_bytes())
    return dict(key.as_dict(private=False, use=use, kid=kid or key.thumbprint()))


def _new_client_jwks() -> bytes:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True, auto_kid=True)
    return json.dumps({"keys": [key.as_dict(private=True)]}, indent=2).encode()
