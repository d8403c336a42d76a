"""Who may log in, and how thoroughly they were proven at enrolment."""

from enum import StrEnum
from typing import Literal

SmsDeviceLevel = Literal["basic", "person"]


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


class ProvenBy(StrEnum):
    """What proved that a device is the person's."""

    SMS = "sms"
    TICKET = "ticket"


# NIST SP 800-63B-4 section 4.1.2.1: a further authenticator is bound at the assurance at which it
# will be used. A code by SMS shows one factor, the number, which a SIM swap takes over; a ticket
# comes from a session that was as strong as the person's enrolment.
def device_level(
    person: Level, proven: Level | None, proven_by: ProvenBy | None, sms_reaches: SmsDeviceLevel
) -> Level:
    """Return the level that a device confirms: never more than what proved it, nor than the person.

    `proven` is how the person was enrolled when the device was proven, None when nobody knows.
    """
    if proven_by is not ProvenBy.TICKET and sms_reaches != "person":
        return Level.BASIC
    return Level.ADVANCED if person is proven is Level.ADVANCED else Level.BASIC
