"""Who may sign, how long a certificate lives and why it ends. Pure: no I/O, no clock."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

# Law 6/2020 article 7.6: an identification may be reused for five years.
IDENTIFICATION_YEARS = 5
# Law 6/2020 article 4.2: a qualified certificate lasts at most five years.
LEGAL_MAXIMUM_YEARS = 5
# Renewal is offered when two calendar months or less are left.
RENEWAL_WINDOW_MONTHS = 2
# A renewal that gains less than this is not worth a new certificate.
MINIMUM_GAIN = timedelta(days=1)


class PersonStatus(StrEnum):
    """Where a person stands in the registry."""

    REGISTERED = "registered"
    RENOUNCED = "renounced"
    DECEASED = "deceased"
    REVOKED = "revoked"


class Obstacle(StrEnum):
    """Why a person cannot sign now. Each has its own way out."""

    NOT_REGISTERED = "not-registered"
    FROZEN = "frozen"
    BASIC_LEVEL = "basic-level"
    PASSWORD_INACTIVE = "password-inactive"  # noqa: S105  a code, not a secret
    NEVER_IDENTIFIED = "never-identified"
    IDENTIFICATION_TOO_OLD = "identification-too-old"
    DOCUMENT_EXPIRED = "document-expired"
    MINOR = "minor"


class Reason(StrEnum):
    """Why a certificate stopped being valid (RFC 5280 section 5.3.1)."""

    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"


class Standing(StrEnum):
    """What a certificate in hand is worth to its holder."""

    NONE = "none"
    ACTIVE = "active"
    EXPIRING = "expiring"


@dataclass(frozen=True)
class Evidence:
    """What the registry and the password service say of a person."""

    status: PersonStatus | None
    advanced: bool
    password_active: bool
    last_strong_identification_at: datetime | None
    document_expires_on: date | None
    minor: bool
    frozen: bool = False


def add_months(moment: datetime, months: int) -> datetime:
    """Move by calendar months; a day the month lacks becomes its last day."""
    index = moment.year * 12 + moment.month - 1 + months
    year, month = index // 12, index % 12 + 1
    last_day = calendar.monthrange(year, month)[1]
    return moment.replace(year=year, month=month, day=min(moment.day, last_day))


def end_of_document(expires_on: date) -> datetime:
    """Return the last second of the document's last day in Spain, in summer and in winter.

    The day ends at 22:00 UTC in summer (CEST) and an hour later in winter: the earlier one is
    taken, so that a certificate never outlives its document.
    """
    return datetime.combine(expires_on, time(21, 59, 59), UTC)


def end_of_identification(identified_at: datetime) -> datetime:
    """Return until when an identification may support a certificate (Law 6/2020 art. 7.6)."""
    return add_months(identified_at, 12 * IDENTIFICATION_YEARS)


def obstacles(evidence: Evidence, now: datetime, *, minors_may_sign: bool) -> list[Obstacle]:
    """Name everything that keeps this person from signing; empty means eligible."""
    if evidence.status is not PersonStatus.REGISTERED:
        return [Obstacle.NOT_REGISTERED]
    identified_at = evidence.last_strong_identification_at
    expires_on = evidence.document_expires_on
    found = {
        Obstacle.FROZEN: evidence.frozen,
        Obstacle.BASIC_LEVEL: not evidence.advanced,
        Obstacle.PASSWORD_INACTIVE: not evidence.password_active,
        Obstacle.NEVER_IDENTIFIED: identified_at is None,
        Obstacle.IDENTIFICATION_TOO_OLD: identified_at is not None
        and now >= end_of_identification(identified_at),
        Obstacle.DOCUMENT_EXPIRED: expires_on is not None and now > end_of_document(expires_on),
        Obstacle.MINOR: evidence.minor and not minors_may_sign,
    }
    return [obstacle for obstacle, stands in found.items() if stands]


def not_after(
    evidence: Evidence, now: datetime, *, profile_years: int, issuer_not_after: datetime
) -> datetime:
    """Return the end of a certificate issued now: the earliest of all its limits.

    The person must be eligible (an identification exists). A permanent document sets no limit.
    """
    if evidence.last_strong_identification_at is None:
        raise ValueError("a certificate needs an identification to rest on")
    limits = [
        end_of_identification(evidence.last_strong_identification_at),
        add_months(now, 12 * min(profile_years, LEGAL_MAXIMUM_YEARS)) - timedelta(seconds=1),
        issuer_not_after,
    ]
    if evidence.document_expires_on is not None:
        limits.append(end_of_document(evidence.document_expires_on))
    return min(limits).replace(microsecond=0)


def standing(ends: datetime | None, now: datetime) -> Standing:
    """Say whether a certificate that ends then is usable, due for renewal or gone."""
    if ends is None or now > ends:
        return Standing.NONE
    due = now >= add_months(ends, -RENEWAL_WINDOW_MONTHS)
    return Standing.EXPIRING if due else Standing.ACTIVE


def must_issue(ends: datetime | None, new_end: datetime, now: datetime, *, opens: bool) -> bool:
    """Say whether signing now needs a new certificate.

    None yet, an expired one, a key that the present password cannot open, or one due for
    renewal for which a new one would really last longer.
    """
    state = standing(ends, now)
    if ends is None or state is Standing.NONE or not opens:
        return True
    return state is Standing.EXPIRING and new_end >= ends + MINIMUM_GAIN


def is_minor(birth_date: date, today: date) -> bool:
    """Say whether the person has not reached 18 (Civil Code article 240)."""
    had_birthday = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return today.year - birth_date.year - (0 if had_birthday else 1) < 18  # noqa: PLR2004  age


def reason_of_ending(status: PersonStatus, *, identity_data_changed: bool = False) -> Reason:
    """Map the end of a person's identity to a public reason.

    A death gets the reason of a renunciation: the revocation list is public and must not
    disclose it.
    """
    if status in {PersonStatus.RENOUNCED, PersonStatus.DECEASED}:
        return Reason.CESSATION_OF_OPERATION
    if identity_data_changed:
        return Reason.AFFILIATION_CHANGED
    return Reason.PRIVILEGE_WITHDRAWN


def reason_of_request(*, key_compromise: bool) -> Reason:
    """Map a person's own request to a public reason (RFC 5280 section 5.3.1)."""
    return Reason.KEY_COMPROMISE if key_compromise else Reason.CESSATION_OF_OPERATION


def short_code(sha256_hex: str) -> str:
    """Return the eight characters of a digest that screen and SMS both show: `7F3C-91AB`."""
    head = sha256_hex[:8].upper()
    return f"{head[:4]}-{head[4:]}"


def serial_text(serial_number: int) -> str:
    """Spell a serial number as contracts and rows do: hexadecimal, lower case."""
    return f"{serial_number:x}"
