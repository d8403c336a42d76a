"""Notices to a person: when the end of a password is told, when a failed one is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Reminder(StrEnum):
    """What is told without anything having happened."""

    PASSWORD_ENDING = "password_ending"  # noqa: S105  the name of a notice


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """The numbers an operator may set for notices."""

    # How long before its end a password is told to end, the longest first; each once.
    before_end: tuple[timedelta, ...] = (timedelta(days=30), timedelta(days=7))
    # "It was not me" answers a notice for this long.
    answerable: timedelta = timedelta(days=7)
    give_up_after: timedelta = timedelta(days=3)
    first_retry: timedelta = timedelta(minutes=1)
    longest_retry: timedelta = timedelta(hours=1)
    # A claimed notice belongs to its sender for so long; should that process die, another takes it.
    lease: timedelta = timedelta(minutes=1)


def retry_at(attempts: int, now: datetime, policy: NoticePolicy) -> datetime:
    """Tell when a notice that failed for the `attempts`-th time is tried again."""
    doubled: timedelta = policy.first_retry * 2 ** min(max(attempts, 1) - 1, 16)
    return now + min(doubled, policy.longest_retry)


def is_over(created_at: datetime, now: datetime, policy: NoticePolicy) -> bool:
    """Say whether a notice is too old to be of use."""
    return now - created_at >= policy.give_up_after


@dataclass(frozen=True, slots=True)
class EndingWindow:
    """Passwords that end in here are told so: after `after`, until `until`."""

    name: str
    after: timedelta
    until: timedelta


def ending_windows(policy: NoticePolicy) -> list[EndingWindow]:
    """Return a window for each notice: who is already in the next one is told only that."""
    longest_first = sorted(policy.before_end, reverse=True)
    nexts = [*longest_first[1:], timedelta()]
    return [
        EndingWindow(f"{until.days}d", after, until)
        for until, after in zip(longest_first, nexts, strict=True)
    ]
