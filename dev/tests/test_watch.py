from clavis_events.registry.v1 import person_pb2

from dev.watch import describe


def _headers(kind: str) -> list[tuple[str, bytes]]:
    return [
        ("ce_type", kind.encode()),
        ("ce_subject", b"subject-1"),
        ("ce_sequence", b"2"),
        ("ce_time", b"2026-03-10T12:00:00Z"),
    ]


def test_an_event_is_one_line_with_its_facts() -> None:
    message = person_pb2.Renounced(subject_id="subject-1", version=2)
    message.occurred_at.FromJsonString("2026-03-10T12:00:00Z")
    line = describe(_headers(message.DESCRIPTOR.full_name), message.SerializeToString())
    assert line.startswith("2026-03-10T12:00:00Z Renounced subject=subject-1 sequence=2")
    assert "occurred_at=2026-03-10T12:00:00Z" in line
    assert "\n" not in line


def test_words_stand_for_numbers() -> None:
    message = person_pb2.Registered(level=person_pb2.ENROLMENT_LEVEL_ADVANCED)
    line = describe(_headers(message.DESCRIPTOR.full_name), message.SerializeToString())
    assert "level=ENROLMENT_LEVEL_ADVANCED" in line


def test_an_event_of_a_later_version_does_not_end_the_watch() -> None:
    assert "unknown type" in describe(_headers("clavis_events.registry.v9.Flown"), b"\xff")
    assert describe([], b"") != ""
