"""What happens to a person's credentials, and which of it the person is told at once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FactKind(StrEnum):
    """What happened; the person sees it in the history."""

    PASSWORD_ACTIVATED = "password_activated"  # noqa: S105  names of facts, not passwords
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RECOVERED = "password_recovered"  # noqa: S105
    PASSWORD_BLOCKED = "password_blocked"  # noqa: S105
    PASSWORD_REMOVED = "password_removed"  # noqa: S105
    ACTIVATION_CODE_BLOCKED = "activation_code_blocked"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_SUSPENDED = "passkey_suspended"
    TOTP_ADDED = "totp_added"
    TOTP_REMOVED = "totp_removed"
    RECOVERY_CODES_CREATED = "recovery_codes_created"
    RECOVERY_CODES_REMOVED = "recovery_codes_removed"
    FRAUD_REPORTED = "fraud_reported"


class Proof(StrEnum):
    """How the person proved to be themselves."""

    ACTIVATION_CODE = "activation_code"
    PASSWORD = "password"  # noqa: S105  the name of a proof
    CERTIFICATE = "certificate"
    PASSKEY = "passkey"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a person's credentials."""

    subject_id: str
    kind: FactKind
    at: datetime
    proof: Proof | None = None


# NIST SP 800-63B-4 section 4.6: the subscriber is told of account events that an impostor could
# have caused. A report is the person's own answer to such a notice: nothing more is to be said.
NOTICED = frozenset(FactKind) - {FactKind.FRAUD_REPORTED}
