"""Who may log in, and how thoroughly they were proven at enrolment."""

from enum import StrEnum


class Level(StrEnum):
    """How thoroughly the person was proven at enrolment."""

    BASIC = "basic"
    ADVANCED = "advanced"


class PersonStatus(StrEnum):
    """Where the person's digital identity stands; only ACTIVE may use a PIN."""

    ACTIVE = "active"
    RENOUNCED = "renounced"
    DECEASED = "deceased"
    REVOKED = "revoked"
