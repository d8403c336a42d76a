"""A pepper: the key of hashes of guessable secrets, replaced while secrets under it still live.

The file holds either 32 raw bytes or more, which is one key called "0", or JSON:

    {"keys": [{"id": "0", "key": "<base64>"},
              {"id": "2", "key": "<base64>", "from": "2026-11-22T10:00:00+00:00"}]}

Every key is accepted. The newest whose `from` has come is the one that writes, so that a key can
reach every instance before the first of them uses it.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.settings import MINIMUM_KEY_BYTES, KeyFileError, read_key_bytes

FIRST_ID = "0"
_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PepperKey:
    """One key of the pepper; it writes from `writes_from` until a newer one does."""

    key_id: str
    secret: bytes
    writes_from: datetime = _ALWAYS

    @property
    def hashes(self) -> KeyedHash:
        """Return the keyed hash under this key."""
        return KeyedHash(self.secret)


class Pepper:
    """The keys of a pepper: one writes, all are accepted."""

    def __init__(self, keys: Sequence[PepperKey]) -> None:
        """Hold the keys. Raises ValueError when there is none or two share an id."""
        self.keys = tuple(sorted(keys, key=lambda key: key.writes_from))
        self._hashes = {key.key_id: key.hashes for key in self.keys}
        if not self.keys or len(self._hashes) < len(self.keys):
            raise ValueError("a pepper needs keys with different ids")

    @classmethod
    def from_file(cls, path: Path) -> "Pepper":
        """Read the keys. Raises KeyFileError with a sentence."""
        return cls(read_keys(path))

    @property
    def ids(self) -> list[str]:
        """Name the keys whose hashes can be checked, oldest first."""
        return list(self._hashes)

    def writer(self, now: datetime) -> str:
        """Name the key that writes now: the newest whose time has come, else the oldest."""
        due = [key.key_id for key in self.keys if key.writes_from <= now]
        return due[-1] if due else self.keys[0].key_id

    def bound(self, key_id: str, scope: str, text: str) -> str:
        """Return the keyed hash of a text within a scope, under the named key. Raises KeyError."""
        return self._hashes[key_id].bound(scope, text)

    def every(self, scope: str, text: str) -> list[str]:
        """Return the keyed hash of a text within a scope under each key, in the order of ids."""
        return [hashes.bound(scope, text) for hashes in self._hashes.values()]


def read_keys(path: Path) -> list[PepperKey]:
    """Read a pepper's keys from either form of the file. Raises KeyFileError."""
    content = read_key_bytes(path)
    # Random bytes may begin with a brace too; they are never all ASCII.
    if not content.isascii() or not content.lstrip().startswith(b"{"):
        return [PepperKey(FIRST_ID, content)]
    try:
        keys = [_key(entry) for entry in json.loads(content)["keys"]]
    except (ValueError, KeyError, TypeError) as error:
        raise KeyFileError(f"{path.name} is not a file of pepper keys") from error
    if not keys or len({key.key_id for key in keys}) < len(keys):
        raise KeyFileError(f"{path.name} needs pepper keys with different ids")
    if any(len(key.secret) < MINIMUM_KEY_BYTES for key in keys):
        raise KeyFileError(f"{path.name} holds a key of fewer than {MINIMUM_KEY_BYTES} bytes")
    return keys


def _key(entry: dict[str, Any]) -> PepperKey:
    try:
        secret = base64.b64decode(entry["key"], validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    since = datetime.fromisoformat(entry["from"]) if "from" in entry else _ALWAYS
    if since.tzinfo is None:
        raise ValueError("a time without its zone")
    return PepperKey(str(entry["id"]), secret, since)


def with_new_key(
    keys: Sequence[PepperKey], secret: bytes, key_id: str, since: datetime
) -> list[PepperKey]:
    """Return the keys and a new one that writes from then on. Raises ValueError on a used id."""
    if key_id in {key.key_id for key in keys}:
        raise ValueError(f"there is a key {key_id} already")
    return [*keys, PepperKey(key_id, secret, since)]


def to_json(keys: Sequence[PepperKey]) -> str:
    """Spell the keys as the file holds them."""
    entries = [
        {"id": key.key_id, "key": base64.b64encode(key.secret).decode()}
        | ({"from": key.writes_from.isoformat()} if key.writes_from > _ALWAYS else {})
        for key in keys
    ]
    return json.dumps({"keys": entries}, indent=2) + "\n"
