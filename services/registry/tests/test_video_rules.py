"""Identification by video: what may follow what, when calls are, what is kept. Pure rules."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from clavis_registry.rules import video
from clavis_registry.rules.video import VideoEvent, VideoState

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)

VIDEO_LIFE = {
    ("queued", "claim"): "claimed", ("queued", "abandon"): "abandoned",
    ("claimed", "release"): "queued", ("claimed", "abandon"): "abandoned",
    ("claimed", "accept"): "accepted", ("claimed", "sample"): "second_look",
    ("claimed", "refuse"): "refused", ("second_look", "confirm"): "accepted",
    ("second_look", "overturn"): "refused", ("accepted", "complete"): "completed",
    ("submitted", "pass"): "auto_passed", ("submitted", "fail"): "auto_failed",
    ("auto_passed", "take_review"): "in_review", ("auto_passed", "supersede"): "superseded",
    ("in_review", "release"): "auto_passed", ("in_review", "approve"): "approved",
    ("in_review", "reject"): "rejected", ("in_review", "supersede"): "superseded",
}  # fmt: skip


@pytest.mark.parametrize("state", VideoState)
@pytest.mark.parametrize("event", VideoEvent)
def test_every_transition_of_a_video_case(state: VideoState, event: VideoEvent) -> None:
    assert video.after(state, event) == VIDEO_LIFE.get((state.value, event.value))


MADRID = ZoneInfo("Europe/Madrid")
HOURS = video.OpeningHours(
    weekdays=frozenset(range(5)), opens=time(9), closes=time(11), slot=timedelta(minutes=20),
    desks=2, days_ahead=5,
)  # fmt: skip


def test_calls_begin_within_the_opening_hours_of_the_office() -> None:
    tuesday = video.slots_on(TODAY, HOURS, MADRID)
    assert [slot.astimezone(MADRID).strftime("%H:%M") for slot in tuesday] == [
        "09:00", "09:20", "09:40", "10:00", "10:20", "10:40",
    ]  # fmt: skip
    assert video.slots_on(date(2026, 3, 14), HOURS, MADRID) == []


def test_only_calls_to_come_can_be_booked_also_over_the_change_of_clocks() -> None:
    friday = datetime(2026, 3, 27, 9, 30, tzinfo=MADRID)
    slots = video.slots_from(friday, HOURS, MADRID)
    assert slots[0].astimezone(MADRID).hour == 9
    assert all(slot > friday for slot in slots)
    assert {slot.astimezone(MADRID).date().weekday() for slot in slots} <= set(range(5))
    assert sum(slot.astimezone(MADRID).time() == time(9) for slot in slots) == 3


def test_a_sample_is_the_fraction_asked_for() -> None:
    assert not any(video.is_sampled(draw, 1000, 0.0) for draw in range(1000))
    assert sum(video.is_sampled(draw, 1000, 0.1) for draw in range(1000)) == 100
    assert all(video.is_sampled(draw, 1000, 1.0) for draw in range(1000))


def test_the_second_look_is_somebody_elses() -> None:
    assert video.second_look_refusal("one", "one") == "own-decision"
    assert video.second_look_refusal("one", "two") is None


@pytest.mark.parametrize(
    ("digest", "minutes", "code"),
    [("a" * 64, 5, None), ("A" * 64, 5, "recording-invalid"), ("a" * 63, 5, "recording-invalid"),
     ("a" * 64, 0, "recording-invalid"), ("a" * 64, -5, "recording-invalid")],
)  # fmt: skip
def test_a_recording_is_named_with_its_digest_and_its_time(
    digest: str, minutes: int, code: str | None
) -> None:
    begun = NOW - timedelta(minutes=30)
    recording = video.RecordingReference(
        "provider", "r1", digest, begun, begun + timedelta(minutes=minutes)
    )
    assert video.recording_refusal(recording, NOW) == code


def test_everything_must_be_seen_to_accept() -> None:
    seen = dict.fromkeys(video.Checklist.__dataclass_fields__, True)
    assert video.Checklist(**seen).complete
    for name in seen:
        assert not video.Checklist(**{**seen, name: False}).complete
