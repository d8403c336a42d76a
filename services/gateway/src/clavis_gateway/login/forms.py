"""What people type, read generously and judged by rules. Pure.

A field that cannot be right is answered at once with a code that `texts` puts into words; what
only a service can know is not judged here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clavis_kit.national_id import (
    NationalIdError,
    NationalIdKind,
    kind_of,
    normalise,
    normalise_contrast,
)

PIN_LENGTH = 3
OTP_DIGITS = 6
PASSWORD_MAX = 1024  # longer is no password of ours and only costs hashing
EMAIL_MAX = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets

_SEPARATORS = re.compile(r"[\s\-._·]")
_PIN = re.compile(r"[A-Z0-9]{3,7}")
_PREFIX = re.compile(r"[A-Z0-9]{1,4}")
_OTP = re.compile(r"[0-9]{6}")
_CROCKFORD = re.compile(r"[0-9A-HJKMNP-TV-Z]{12}")
_RECOVERY_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_CROCKFORD_ALIASES = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `field` is empty when it concerns the whole form."""

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class PinRequest:
    """Who asks for a PIN, in canonical form."""

    national_id: str
    contrast: str
    prefix: str | None
    by_sms: bool = False


@dataclass(frozen=True, slots=True)
class Login:
    """A permanent password and whose it is."""

    national_id: str
    password: str


@dataclass(frozen=True, slots=True)
class Activation:
    """What a citizen has at hand to set a permanent password."""

    national_id: str
    email: str | None
    activation_code: str


Form = Mapping[str, str]


def _identifier(form: Form, errors: list[FieldError]) -> str:
    typed = form.get("identifier", "").strip()
    if not typed:
        errors.append(FieldError("identifier", "identifier-missing"))
        return ""
    try:
        return normalise(typed)
    except NationalIdError as error:
        letter = error.code == "wrong-check-letter"
        code = "identifier-letter" if letter else "identifier-format"
        errors.append(FieldError("identifier", code))
        return ""


def _contrast(form: Form, national_id: str, errors: list[FieldError]) -> str:
    typed = form.get("contrast", "").strip()
    if not typed:
        errors.append(FieldError("contrast", "contrast-missing"))
        return ""
    if not national_id:  # which datum it should be depends on the number
        return ""
    canonical = normalise_contrast(national_id, typed)
    if canonical is None:
        nie = kind_of(national_id) is NationalIdKind.NIE
        errors.append(FieldError("contrast", "contrast-support" if nie else "contrast-date"))
    return canonical or ""


def document(form: Form) -> tuple[str, str] | list[FieldError]:
    """Read an identity number and what shows that its document is at hand."""
    errors: list[FieldError] = []
    national_id = _identifier(form, errors)
    contrast = _contrast(form, national_id, errors)
    return errors or (national_id, contrast)


def identifier(form: Form) -> str | FieldError:
    """Read an identity number alone."""
    errors: list[FieldError] = []
    national_id = _identifier(form, errors)
    return errors[0] if errors else national_id


def pin_request(form: Form) -> PinRequest | list[FieldError]:
    """Read the form that asks for a PIN."""
    errors: list[FieldError] = []
    national_id = _identifier(form, errors)
    contrast = _contrast(form, national_id, errors)
    prefix = compact(form.get("prefix", ""))
    if prefix and not _PREFIX.fullmatch(prefix):
        errors.append(FieldError("prefix", "prefix-format"))
    by_sms = form.get("channel") == "sms"
    return errors or PinRequest(national_id, contrast, prefix or None, by_sms)


def login(form: Form) -> Login | list[FieldError]:
    """Read identifier and password. The password is taken as it is, spaces included."""
    errors: list[FieldError] = []
    national_id = _identifier(form, errors)
    password = form.get("password", "")
    if not password:
        errors.append(FieldError("password", "password-missing"))
    elif len(password) > PASSWORD_MAX:
        errors.append(FieldError("password", "password-too-long"))
    return errors or Login(national_id, password)


def pin(form: Form) -> str | FieldError:
    """Read a typed PIN, with the person's own prefix in front where they chose one."""
    return _code(form, "pin", _PIN)


def otp(form: Form) -> str | FieldError:
    """Read a typed one-time code of six digits."""
    return _code(form, "otp", _OTP)


def totp(form: Form) -> str | FieldError:
    """Read a code of an authenticator app: six digits in the same field as one by SMS."""
    typed = compact(form.get("otp", ""))
    if not typed:
        return FieldError("otp", "totp-missing")
    return typed if _OTP.fullmatch(typed) else FieldError("otp", "otp-format")


def recovery_code(form: Form) -> str | FieldError:
    """Read a code of the printed list; letters that look like digits are read as digits."""
    typed = compact(form.get("recovery_code", "")).translate(_CROCKFORD_ALIASES)
    if not typed:
        return FieldError("recovery_code", "recovery-code-missing")
    ours = _RECOVERY_CODE.fullmatch(typed)
    return typed if ours else FieldError("recovery_code", "recovery-code-format")


def _code(form: Form, field: str, shape: re.Pattern[str]) -> str | FieldError:
    typed = compact(form.get(field, ""))
    if not typed:
        return FieldError(field, f"{field}-missing")
    return typed if shape.fullmatch(typed) else FieldError(field, f"{field}-format")


def compact(typed: str) -> str:
    """Drop separators and upper-case; what is too long to be a code becomes unreadable."""
    return _SEPARATORS.sub("", typed[:64]).upper()


def activation(form: Form, *, with_email: bool) -> Activation | list[FieldError]:
    """Read what shows who wants a password: for a forgotten one no e-mail address is asked."""
    errors: list[FieldError] = []
    national_id = _identifier(form, errors)
    email = _email(form, errors) if with_email else None
    code = compact(form.get("activation_code", "")).translate(_CROCKFORD_ALIASES)
    if not code:
        errors.append(FieldError("activation_code", "activation-code-missing"))
    elif not _CROCKFORD.fullmatch(code):
        errors.append(FieldError("activation_code", "activation-code-format"))
    return errors or Activation(national_id, email, code)


def _email(form: Form, errors: list[FieldError]) -> str:
    email = form.get("email", "").strip()
    if not email:
        errors.append(FieldError("email", "email-missing"))
    elif len(email) > EMAIL_MAX or not _EMAIL.fullmatch(email):
        errors.append(FieldError("email", "email-format"))
    return email


def new_password(form: Form) -> str | FieldError:
    """Read a new password; what it must be like is judged where it is kept."""
    password = form.get("password", "")
    if not password:
        return FieldError("password", "new-password-missing")
    if len(password) > PASSWORD_MAX:
        return FieldError("password", "password-too-long")
    return password
