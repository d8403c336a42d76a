"""What is sealed in bulk opens like anything else sealed."""

import json

import pytest
from clavis_kit.sealed import SealedError, open_sealed
from clavis_kit.sealed_batch import BatchSealer
from joserfc.jwk import ECKey, KeySet


def test_each_reader_opens_each_message_and_nobody_else_does() -> None:
    pin, permanent = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("pin", "permanent"))
    sealer = BatchSealer(KeySet([pin, permanent]))
    sealed = [sealer.seal(text) for text in (b"one", b"two", b"")]
    for key in (pin, permanent):
        assert [open_sealed(message, key) for message in sealed[:2]] == [b"one", b"two"]
    with pytest.raises(SealedError):
        open_sealed(sealed[0], ECKey.generate_key("P-256", {"kid": "pin"}))


def test_no_two_messages_share_a_key_or_a_nonce() -> None:
    sealer = BatchSealer(KeySet([ECKey.generate_key("P-256", {"kid": "pin"})]))
    first, second = (json.loads(sealer.seal(b"same")) for _ in range(2))
    assert first["iv"] != second["iv"]
    assert first["ciphertext"] != second["ciphertext"]
    assert first["recipients"][0]["encrypted_key"] != second["recipients"][0]["encrypted_key"]


def test_a_changed_message_does_not_open() -> None:
    key = ECKey.generate_key("P-256", {"kid": "pin"})
    document = json.loads(BatchSealer(KeySet([key])).seal(b"text"))
    document["tag"] = document["tag"][::-1]
    with pytest.raises(SealedError):
        open_sealed(json.dumps(document).encode(), key)
