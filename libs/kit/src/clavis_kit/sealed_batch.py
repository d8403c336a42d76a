"""Many messages to the same readers, sealed with one key agreement per reader.

What comes out is what `clavis_kit.sealed` makes and opens. RFC 7518 section 4.6: the ephemeral
key is new for each agreement; one agreement here gives the wrapping key of a batch, and each
message still has a content key and a nonce of its own.
"""

import base64
import json
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from joserfc.jwk import ECKey, KeySet

from clavis_kit.ids import encode_base64url
from clavis_kit.sealed import CONTENT, KEY_WRAP

_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16


class BatchSealer:
    """Seals to fixed readers. Make a new one per batch: its ephemeral keys are never stored."""

    def __init__(self, readers: KeySet) -> None:
        """Agree on one wrapping key with each reader."""
        agreed = [_agree(key) for key in readers.keys if isinstance(key, ECKey)]
        self._recipients = [(json.dumps(header), key) for header, key in agreed]
        header = json.dumps({"enc": CONTENT}, separators=(",", ":"))
        self._protected = encode_base64url(header.encode())

    def seal(self, plaintext: bytes) -> bytes:
        """Encrypt once, wrapping the content key for each reader."""
        content_key, nonce = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(content_key).encrypt(nonce, plaintext, self._protected.encode())
        # RFC 7516 section 7.2.1; the headers are JSON already, all else is base64url.
        recipients = ", ".join(
            f'{{"header": {header}, "encrypted_key": "{_text(aes_key_wrap(key, content_key))}"}}'
            for header, key in self._recipients
        )
        return (
            f'{{"protected": "{self._protected}", "recipients": [{recipients}],'
            f' "iv": "{_text(nonce)}", "ciphertext": "{_text(sealed[:-_TAG_BYTES])}",'
            f' "tag": "{_text(sealed[-_TAG_BYTES:])}"}}'
        ).encode()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _agree(reader: ECKey) -> tuple[dict[str, object], bytes]:
    public = reader.public_key
    ephemeral = ec.generate_private_key(public.curve)
    shared = ephemeral.exchange(ec.ECDH(), public)
    key = ConcatKDFHash(hashes.SHA256(), _KEY_BYTES, _other_info()).derive(shared)
    epk = ECKey.import_key(ephemeral.public_key()).as_dict(private=False)
    named = {name: epk[name] for name in ("kty", "crv", "x", "y")}
    return {"alg": KEY_WRAP, "kid": reader.kid, "epk": named}, key


# RFC 7518 section 4.6.2: AlgorithmID, PartyUInfo and PartyVInfo (both empty), SuppPubInfo.
def _other_info() -> bytes:
    algorithm = KEY_WRAP.encode()
    parts = len(algorithm).to_bytes(4, "big") + algorithm + bytes(4) + bytes(4)
    return parts + (_KEY_BYTES * 8).to_bytes(4, "big")
