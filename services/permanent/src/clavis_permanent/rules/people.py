"""Who a person is to this service, and how an attempt of theirs was judged."""

from enum import StrEnum


class Verdict(StrEnum):
    """How one attempt was judged."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    LOCKED = "locked"
    INACTIVE = "inactive"


class Level(StrEnum):
    """How thoroughly the person was proven at enrolment."""

    BASIC = "basic"
    ADVANCED = "advanced"


class PersonStatus(StrEnum):
    """Where the person's digital identity stands; only ACTIVE may use a password."""

    ACTIVE = "active"
    RENOUNCED = "renounced"
    DECEASED = "deceased"
    REVOKED = "revoked"
