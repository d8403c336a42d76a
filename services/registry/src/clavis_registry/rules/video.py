"""Identification by video: what may follow what, what an agent checks, when calls are. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class VideoState(StrEnum):
    """Where a case is; the first seven are of a call, the others of an automatic case."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SECOND_LOOK = "second_look"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    SUBMITTED = "submitted"
    AUTO_PASSED = "auto_passed"
    AUTO_FAILED = "auto_failed"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class VideoEvent(StrEnum):
    """What happens to a case."""

    CLAIM = "claim"
    RELEASE = "release"
    ABANDON = "abandon"
    ACCEPT = "accept"
    SAMPLE = "sample"
    REFUSE = "refuse"
    CONFIRM = "confirm"
    OVERTURN = "overturn"
    COMPLETE = "complete"
    PASS = "pass"  # noqa: S105  the verdict of the machine
    FAIL = "fail"
    TAKE_REVIEW = "take_review"
    APPROVE = "approve"
    REJECT = "reject"
    SUPERSEDE = "supersede"


_S, _E = VideoState, VideoEvent
TRANSITIONS: dict[tuple[VideoState, VideoEvent], VideoState] = {
    (_S.QUEUED, _E.CLAIM): _S.CLAIMED,
    (_S.QUEUED, _E.ABANDON): _S.ABANDONED,
    (_S.CLAIMED, _E.RELEASE): _S.QUEUED,
    (_S.CLAIMED, _E.ABANDON): _S.ABANDONED,
    (_S.CLAIMED, _E.ACCEPT): _S.ACCEPTED,
    (_S.CLAIMED, _E.SAMPLE): _S.SECOND_LOOK,
    (_S.CLAIMED, _E.REFUSE): _S.REFUSED,
    (_S.SECOND_LOOK, _E.CONFIRM): _S.ACCEPTED,
    (_S.SECOND_LOOK, _E.OVERTURN): _S.REFUSED,
    (_S.ACCEPTED, _E.COMPLETE): _S.COMPLETED,
    (_S.SUBMITTED, _E.PASS): _S.AUTO_PASSED,
    (_S.SUBMITTED, _E.FAIL): _S.AUTO_FAILED,
    (_S.AUTO_PASSED, _E.TAKE_REVIEW): _S.IN_REVIEW,
    (_S.AUTO_PASSED, _E.SUPERSEDE): _S.SUPERSEDED,
    (_S.IN_REVIEW, _E.RELEASE): _S.AUTO_PASSED,
    (_S.IN_REVIEW, _E.APPROVE): _S.APPROVED,
    (_S.IN_REVIEW, _E.REJECT): _S.REJECTED,
    (_S.IN_REVIEW, _E.SUPERSEDE): _S.SUPERSEDED,
}


def after(state: VideoState, event: VideoEvent) -> VideoState | None:
    """Return the state that follows, or None when this cannot happen to such a case."""
    return TRANSITIONS.get((state, event))


# Orden ETD/465/2021 articles 8-10: what the operator verifies while the person is on the line.
@dataclass(frozen=True)
class Checklist:
    """What an agent saw."""

    consent_to_record: bool
    live_person: bool
    face_matches: bool
    document_genuine: bool
    data_read_out: bool

    @property
    def complete(self) -> bool:
        """Whether everything was seen; to refuse, it need not be."""
        return all(vars(self).values())


@dataclass(frozen=True)
class RecordingReference:
    """Where the evidence lies, at whoever carried the video, and how to know it is the same."""

    provider: str
    recording_id: str
    sha256: str
    started_at: datetime
    ended_at: datetime


def recording_refusal(recording: RecordingReference, now: datetime) -> str | None:
    """Return why a reference cannot be that of an identification, or None."""
    if not re.fullmatch("[0-9a-f]{64}", recording.sha256):
        return "recording-invalid"
    if not (recording.started_at < recording.ended_at <= now):
        return "recording-invalid"
    return None


def is_sampled(draw: int, outcomes: int, fraction: float) -> bool:
    """Say whether an accepted case goes to a second agent; `draw` is one of `outcomes`."""
    return draw < round(fraction * outcomes)


# Real Decreto 311/2022 (ENS) op.acc.3: who looks a second time is somebody else.
def second_look_refusal(first_agent_id: str | None, agent_id: str) -> str | None:
    """Refuse the agent who already decided."""
    return "own-decision" if first_agent_id == agent_id else None


@dataclass(frozen=True)
class OpeningHours:
    """When agents take calls, on the office's clock; `weekdays` counts from Monday as 0."""

    weekdays: frozenset[int]
    opens: time
    closes: time
    slot: timedelta
    desks: int
    days_ahead: int


def slots_on(day: date, hours: OpeningHours, zone: ZoneInfo) -> list[datetime]:
    """List when calls begin on a day, in UTC."""
    if day.weekday() not in hours.weekdays:
        return []
    begin = datetime.combine(day, hours.opens, zone).astimezone(UTC)
    end = datetime.combine(day, hours.closes, zone).astimezone(UTC)
    count = (end - begin) // hours.slot
    return [begin + hours.slot * number for number in range(count)]


def slots_from(now: datetime, hours: OpeningHours, zone: ZoneInfo) -> list[datetime]:
    """List the beginnings of calls that can still be booked."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=number) for number in range(hours.days_ahead + 1))
    return [slot for day in days for slot in slots_on(day, hours, zone) if slot > now]
