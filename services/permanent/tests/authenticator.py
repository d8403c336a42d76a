"""A software authenticator: what a phone or a security key does, and what a bad one does."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from clavis_kit.ids import decode_base64url, encode_base64url
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

PORTAL = "https://portal.clavis.example"
GATEWAY = "https://clavis.example"
UP_ONLY = 0x01  # somebody was there, nobody says who
_UP, _UV, _BE, _BS, _AT = UP_ONLY, 0x04, 0x08, 0x10, 0x40


@dataclass
class SoftwareAuthenticator:
    """One ES256 passkey. Its attributes are what a test may bend."""

    rp_id: str = "clavis.example"
    flags: int = _UP | _UV
    sign_count: int = 0
    counts: bool = True
    synced: bool = False
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    user_handle: bytes = b""

    def create(
        self, options: dict[str, Any], *, origin: str = PORTAL, **client: Any
    ) -> dict[str, Any]:
        """Answer navigator.credentials.create (W3C Web Authentication Level 3 section 6.3.2)."""
        self.user_handle = decode_base64url(options["user"]["id"])
        attested = (
            bytes(16)
            + struct.pack(">H", len(self.credential_id))
            + self.credential_id
            + self._cose()
        )
        statement = {"fmt": "none", "attStmt": {}, "authData": self._data(_AT) + attested}
        return self._credential(
            {
                "clientDataJSON": _client_data("webauthn.create", options, origin, client),
                "attestationObject": encode_base64url(encode_cbor(statement)),
                "transports": ["internal", "hybrid"],
            }
        )

    def get(
        self, options: dict[str, Any], *, origin: str = GATEWAY, **client: Any
    ) -> dict[str, Any]:
        """Answer navigator.credentials.get (W3C Web Authentication Level 3 section 6.3.3)."""
        if self.counts:
            self.sign_count += 1
        client_data = _client_data("webauthn.get", options, origin, client)
        data = self._data(0)
        signed = data + hashlib.sha256(decode_base64url(client_data)).digest()
        return self._credential(
            {
                "clientDataJSON": client_data,
                "authenticatorData": encode_base64url(data),
                "signature": encode_base64url(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": encode_base64url(self.user_handle),
            }
        )

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        named = encode_base64url(self.credential_id)
        return {"id": named, "rawId": named, "type": "public-key", "response": response}

    def _data(self, more: int) -> bytes:
        flags = self.flags | more | (_BE | _BS if self.synced else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(
            ">BI", flags, self.sign_count
        )

    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (n.to_bytes(32, "big") for n in (numbers.x, numbers.y))
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})


def _client_data(kind: str, options: dict[str, Any], origin: str, more: dict[str, Any]) -> str:
    document = {"type": kind, "challenge": options["challenge"], "origin": origin} | more
    return encode_base64url(json.dumps(document).encode())
