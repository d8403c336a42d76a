"""Data for named readers only: a JWE with one recipient per reader (RFC 7516 section 7.2.1)."""

import json
from pathlib import Path
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwe import GeneralJSONEncryption
from joserfc.jwk import ECKey, KeySet

from clavis_kit.settings import KeyFileError, read_ec_private_key

KEY_WRAP = "ECDH-ES+A256KW"
CONTENT = "A256GCM"
_ALGORITHMS = [KEY_WRAP, CONTENT]


class SealedError(ValueError):
    """The data are not sealed to this reader, or were changed."""


def read_readers(path: Path) -> KeySet:
    """Read the public keys of the readers, one `kid` per service. Raises KeyFileError."""
    try:
        keys = KeySet.import_key_set(json.loads(path.read_text()))
    except (OSError, ValueError, JoseError) as error:
        raise KeyFileError(f"cannot read the readers' key set {path.name}") from error
    if not keys.keys:
        raise KeyFileError(f"the readers' key set {path.name} is empty")
    return keys


def read_own_key(path: Path, name: str) -> ECKey:
    """Read a reader's private key; `name` is its `kid`. Raises KeyFileError."""
    return ECKey.import_key(read_ec_private_key(path), {"kid": name})


def seal(plaintext: bytes, readers: KeySet) -> bytes:
    """Encrypt once, wrapping the content key for each reader."""
    envelope = GeneralJSONEncryption({"enc": CONTENT}, plaintext)
    for key in readers.keys:
        envelope.add_recipient({"alg": KEY_WRAP, "kid": key.kid}, key)
    return json.dumps(jwe.encrypt_json(envelope, None, algorithms=_ALGORITHMS)).encode()


def open_sealed(sealed: bytes, key: ECKey) -> bytes:
    """Decrypt what is sealed to this key. Raises SealedError."""
    try:
        document: Any = json.loads(sealed)
        mine = [r for r in document["recipients"] if r["header"].get("kid") == key.kid]
        if not mine:
            raise SealedError("not sealed to this reader")
        own: Any = {**document, "recipients": mine}
        decrypted = jwe.decrypt_json(own, key, algorithms=_ALGORITHMS)
    except (ValueError, KeyError, TypeError, JoseError) as error:
        raise SealedError("cannot be opened") from error
    if decrypted.plaintext is None:
        raise SealedError("empty")
    return decrypted.plaintext
