"""What a refresh token that comes again means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from clavis_gateway.rules.refreshing import Use, use_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRACE = timedelta(seconds=60)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("consumed", "retried", "succeeded", "expected"),
    [
        (None, None, None, Use.FIRST),
        (ago(0), None, None, Use.RETRY),
        (ago(59.9), None, None, Use.RETRY),
        (ago(60), None, None, Use.REPLAY),
        (ago(5), ago(4), None, Use.REPLAY),
        (ago(5), None, ago(1), Use.REPLAY),
        (ago(5), ago(4), ago(1), Use.REPLAY),
    ],
)
def test_rfc9700_4_14_2_lost_answer_or_theft(
    consumed: datetime | None, retried: datetime | None, succeeded: datetime | None, expected: Use
) -> None:
    found = use_of(
        consumed_at=consumed, retried_at=retried, succeeded_at=succeeded, now=NOW, grace=GRACE
    )
    assert found is expected


def test_without_a_grace_every_return_is_a_replay() -> None:
    use = use_of(consumed_at=NOW, retried_at=None, succeeded_at=None, now=NOW, grace=timedelta(0))
    assert use is Use.REPLAY
