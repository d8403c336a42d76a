from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from clavis_signing import rules
from clavis_signing.rules import Evidence, Obstacle, PersonStatus, Reason, Standing
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  bounds


def evidence(**changes: object) -> Evidence:
    facts = {
        "status": PersonStatus.REGISTERED,
        "advanced": True,
        "password_active": True,
        "last_strong_identification_at": datetime(2025, 1, 31, 9, 0, tzinfo=UTC),
        "document_expires_on": date(2031, 5, 17),
        "minor": False,
    }
    return Evidence(**{**facts, **changes})  # type: ignore[arg-type]


def test_an_adult_proven_in_person_with_a_password_may_sign() -> None:
    assert rules.obstacles(evidence(), NOW, minors_may_sign=False) == []


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({"advanced": False}, Obstacle.BASIC_LEVEL),
        ({"password_active": False}, Obstacle.PASSWORD_INACTIVE),
        ({"last_strong_identification_at": None}, Obstacle.NEVER_IDENTIFIED),
        (
            {"last_strong_identification_at": datetime(2021, 3, 10, 12, tzinfo=UTC)},
            Obstacle.IDENTIFICATION_TOO_OLD,
        ),
        ({"document_expires_on": date(2026, 3, 9)}, Obstacle.DOCUMENT_EXPIRED),
        ({"minor": True}, Obstacle.MINOR),
        ({"status": PersonStatus.RENOUNCED}, Obstacle.NOT_REGISTERED),
        ({"status": PersonStatus.DECEASED}, Obstacle.NOT_REGISTERED),
        ({"status": None}, Obstacle.NOT_REGISTERED),
    ],
)
def test_each_missing_condition_is_an_obstacle(
    changes: dict[str, object], obstacle: Obstacle
) -> None:
    assert rules.obstacles(evidence(**changes), NOW, minors_may_sign=False) == [obstacle]


def test_a_document_is_good_through_its_last_day() -> None:
    last_day = evidence(document_expires_on=NOW.date())
    assert rules.obstacles(last_day, NOW, minors_may_sign=False) == []


def test_a_permanent_document_sets_no_limit() -> None:
    permanent = evidence(document_expires_on=None)
    assert rules.obstacles(permanent, NOW, minors_may_sign=False) == []


def test_minors_sign_where_the_setting_allows_it() -> None:
    assert rules.obstacles(evidence(minor=True), NOW, minors_may_sign=True) == []


FAR = datetime(2050, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "years", "issuer_end", "expected"),
    [
        ({}, 5, FAR, datetime(2030, 1, 31, 9, 0, tzinfo=UTC)),
        (
            {"document_expires_on": date(2027, 7, 1)},
            5,
            FAR,
            datetime(2027, 7, 1, 21, 59, 59, tzinfo=UTC),
        ),
        ({}, 2, FAR, datetime(2028, 3, 10, 11, 59, 59, tzinfo=UTC)),
        ({}, 5, datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
        ({"document_expires_on": None}, 5, FAR, datetime(2030, 1, 31, 9, 0, tzinfo=UTC)),
        (
            {"document_expires_on": date(9999, 1, 1)},
            1,
            FAR,
            datetime(2027, 3, 10, 11, 59, 59, tzinfo=UTC),
        ),
    ],
)
def test_a_certificate_ends_with_the_first_of_its_limits(
    changes: dict[str, object], years: int, issuer_end: datetime, expected: datetime
) -> None:
    ends = rules.not_after(
        evidence(**changes), NOW, profile_years=years, issuer_not_after=issuer_end
    )
    assert ends == expected


@given(MOMENTS, MOMENTS, st.dates(date(2000, 1, 1)), st.integers(1, 9))
def test_no_certificate_outlives_any_limit(
    now: datetime, identified: datetime, expires: date, years: int
) -> None:
    facts = evidence(last_strong_identification_at=identified, document_expires_on=expires)
    ends = rules.not_after(facts, now, profile_years=years, issuer_not_after=FAR)
    assert ends <= rules.end_of_identification(identified)
    assert ends <= rules.end_of_document(expires)
    assert ends < rules.add_months(now, 60)
    assert ends <= FAR


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (datetime(2026, 4, 30, tzinfo=UTC), -2, datetime(2026, 2, 28, tzinfo=UTC)),
        (datetime(2028, 4, 30, tzinfo=UTC), -2, datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 1, 31, tzinfo=UTC), -2, datetime(2025, 11, 30, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 60, datetime(2029, 2, 28, tzinfo=UTC)),
        (datetime(2026, 12, 31, tzinfo=UTC), 2, datetime(2027, 2, 28, tzinfo=UTC)),
    ],
)
def test_months_are_calendar_months(start: datetime, months: int, expected: datetime) -> None:
    assert rules.add_months(start, months) == expected


def test_renewal_is_due_two_calendar_months_before_the_end() -> None:
    ends = datetime(2026, 5, 10, 12, 0, tzinfo=UTC)
    assert rules.standing(ends, NOW) is Standing.EXPIRING
    assert rules.standing(ends, NOW - timedelta(seconds=1)) is Standing.ACTIVE
    assert rules.standing(ends, ends + timedelta(seconds=1)) is Standing.NONE
    assert rules.standing(None, NOW) is Standing.NONE


def test_a_certificate_is_issued_when_none_serves() -> None:
    later = NOW + timedelta(days=900)
    soon = NOW + timedelta(days=30)
    assert rules.must_issue(None, later, NOW, opens=False)
    assert rules.must_issue(NOW - timedelta(days=1), later, NOW, opens=True)
    assert rules.must_issue(later, later, NOW, opens=False)
    assert rules.must_issue(soon, later, NOW, opens=True)
    assert not rules.must_issue(later, later, NOW, opens=True)


def test_a_renewal_that_gains_nothing_is_not_made() -> None:
    soon = NOW + timedelta(days=30)
    assert not rules.must_issue(soon, soon + timedelta(hours=1), NOW, opens=True)


@pytest.mark.parametrize(
    ("status", "changed", "reason"),
    [
        (PersonStatus.RENOUNCED, False, Reason.CESSATION_OF_OPERATION),
        (PersonStatus.REVOKED, False, Reason.PRIVILEGE_WITHDRAWN),
        (PersonStatus.REVOKED, True, Reason.AFFILIATION_CHANGED),
    ],
)
def test_each_ending_has_its_public_reason(
    status: PersonStatus, *, changed: bool, reason: Reason
) -> None:
    assert rules.reason_of_ending(status, identity_data_changed=changed) is reason


def test_a_death_looks_like_a_renunciation() -> None:
    reasons = {
        rules.reason_of_ending(status, identity_data_changed=changed)
        for status, changed in product(
            (PersonStatus.RENOUNCED, PersonStatus.DECEASED), (False, True)
        )
    }
    assert reasons == {Reason.CESSATION_OF_OPERATION}


def test_adulthood_begins_on_the_eighteenth_birthday() -> None:
    assert rules.is_minor(date(2008, 3, 11), NOW.date())
    assert not rules.is_minor(date(2008, 3, 10), NOW.date())


def test_the_short_code_is_the_head_of_the_digest() -> None:
    assert rules.short_code("7f3c91ab" + "0" * 56) == "7F3C-91AB"
