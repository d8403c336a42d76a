"""What passwords and their one-time codes may do. Pure: no I/O, clock or randomness."""

from clavis_permanent.rules.activations import (
    ActivationPolicy,
    canonical_activation_code,
    canonical_email,
    next_attempt_at,
)
from clavis_permanent.rules.codes import (
    HOUR,
    OTP_DIGITS,
    Action,
    OtpPolicy,
    Unavailable,
    canonical_otp,
    otp_from_number,
    phone_hint,
    resend_at,
)
from clavis_permanent.rules.passwords import (
    CredentialState,
    Fault,
    ForbiddenWord,
    PasswordPolicy,
    contains_forbidden_word,
    credential_state,
    normalise_password,
    password_faults,
)
from clavis_permanent.rules.people import Level, PersonStatus, Verdict

__all__ = [
    "HOUR",
    "OTP_DIGITS",
    "Action",
    "ActivationPolicy",
    "CredentialState",
    "Fault",
    "ForbiddenWord",
    "Level",
    "OtpPolicy",
    "PasswordPolicy",
    "PersonStatus",
    "Unavailable",
    "Verdict",
    "canonical_activation_code",
    "canonical_email",
    "canonical_otp",
    "contains_forbidden_word",
    "credential_state",
    "next_attempt_at",
    "normalise_password",
    "otp_from_number",
    "password_faults",
    "phone_hint",
    "resend_at",
]
