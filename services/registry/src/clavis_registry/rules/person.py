"""A person's life in the registry: what may follow what. Pure: no I/O, no clock, no randomness."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

MAJORITY_YEARS = 18  # Spanish Constitution article 12


class Status(StrEnum):
    """Where a person stands."""

    NONE = "none"
    REGISTERED = "registered"
    RENOUNCED = "renounced"
    REVOKED = "revoked"
    DECEASED = "deceased"


class Level(StrEnum):
    """How thoroughly a person was proven at enrolment."""

    BASIC = "basic"
    ADVANCED = "advanced"


class Channel(StrEnum):
    """The way in."""

    LETTER = "letter"
    VIDEO_CALL = "video_call"
    VIDEO_AUTOMATIC = "video_automatic"
    VIDEO_REVIEWED = "video_reviewed"
    CERTIFICATE_SOFTWARE = "certificate_software"
    CERTIFICATE_DNIE = "certificate_dnie"
    OFFICE = "office"
    CONVALIDATION = "convalidation"


class Cause(StrEnum):
    """Why an identity was revoked ex officio."""

    SECURITY = "security"
    IDENTITY_DATA_CHANGED = "identity_data_changed"
    VIDEO_REJECTED = "video_rejected"


class EnrolmentEffect(StrEnum):
    """What completing an enrolment does to the person."""

    REGISTER = "register"
    RAISE = "raise"


# Resolution of 14-12-2015 (BOE-A-2015-14215) IV.1: advanced is given in person or after a
# recognised certificate; a video call becomes advanced once an official reviewed it.
_ADVANCED = frozenset(
    {
        Channel.OFFICE,
        Channel.CERTIFICATE_SOFTWARE,
        Channel.CERTIFICATE_DNIE,
        Channel.VIDEO_REVIEWED,
    }
)
# Ley 6/2020 article 7.6: the clock runs from a physical appearance or an equivalent to it; an
# ordinary certificate gives the level but is no such act.
_STRONG = frozenset({Channel.OFFICE, Channel.CERTIFICATE_DNIE, Channel.VIDEO_REVIEWED})


def level_of(channel: Channel) -> Level:
    """Return the enrolment level that a channel gives."""
    return Level.ADVANCED if channel in _ADVANCED else Level.BASIC


def strong_identification_at(
    channel: Channel, at: datetime, previous: datetime | None = None
) -> datetime | None:
    """Return the last strong identification after an act on this channel."""
    return at if channel in _STRONG else previous


def age_on(birth_date: date, day: date) -> int:
    """Return the age in completed years. One born on 29 February turns on 1 March."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)


def is_minor(birth_date: date, day: date) -> bool:
    """Say whether the person is under age on that day."""
    return age_on(birth_date, day) < MAJORITY_YEARS


@dataclass(frozen=True)
class PersonName:
    """A name as the identity document writes it."""

    given_name: str
    first_surname: str
    second_surname: str | None = None

    @property
    def family_name(self) -> str:
        """Both surnames, or the only one."""
        return " ".join(part for part in (self.first_surname, self.second_surname) if part)

    @property
    def full(self) -> str:
        """Given name first."""
        return f"{self.given_name} {self.family_name}"
