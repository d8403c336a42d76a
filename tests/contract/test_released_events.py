"""Bytes of every event ever released are read today as on their first day.

A new message adds a line to released_events.json; a line is never changed or removed.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from clavis_events.codec import TOPIC_MESSAGES, UnknownEventError, decode, topic_of
from google.protobuf import json_format

RELEASED = json.loads((Path(__file__).parent / "released_events.json").read_text())


@pytest.mark.parametrize("sample", RELEASED, ids=lambda sample: sample["type"])
def test_a_released_event_reads_as_on_its_first_day(sample: dict[str, Any]) -> None:
    message = decode(sample["type"], bytes.fromhex(sample["bytes"]))
    assert json_format.MessageToDict(message) == sample["fields"]
    assert topic_of(message) == sample["topic"]


def test_every_message_of_the_contract_has_a_released_sample() -> None:
    contract = {m.DESCRIPTOR.full_name for kinds in TOPIC_MESSAGES.values() for m in kinds}
    assert contract == {sample["type"] for sample in RELEASED}


@pytest.mark.parametrize("sample", RELEASED, ids=lambda sample: sample["type"])
def test_shared_topics_carry_no_personal_data(sample: dict[str, Any]) -> None:
    fields = set(sample["fields"])
    assert not fields & {"nationalId", "phone", "email", "givenName", "name", "address"}


def test_a_field_of_tomorrow_survives_a_reader_of_today() -> None:
    sample = RELEASED[0]
    tomorrow = bytes.fromhex(sample["bytes"]) + b"\xfa\x01\x03new"  # field 31, text
    assert decode(sample["type"], tomorrow).SerializeToString().endswith(b"\xfa\x01\x03new")


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("clavis_events.registry.v1.Nothing", b""),
        ("clavis_events.registry.v1.Renounced", b"\xff\xff"),
    ],
)
def test_what_is_not_of_the_contract_is_told_apart(name: str, payload: bytes) -> None:
    with pytest.raises(UnknownEventError):
        decode(name, payload)
