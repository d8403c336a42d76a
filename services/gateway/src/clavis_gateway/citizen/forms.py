"""What people type on the way into the registry, read generously. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from clavis_gateway.login import forms
from clavis_gateway.login.forms import FieldError, Form

MAX_TEXT = 254


def text(form: Form, field: str, missing: str, errors: list[FieldError]) -> str:
    """Read a field that must not be empty; what it may hold is judged where it is kept."""
    typed = form.get(field, "").strip()[:MAX_TEXT]
    if not typed:
        errors.append(FieldError(field, missing))
    return typed


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the person, as typed."""

    mobile: str
    email: str


def contact(form: Form, errors: list[FieldError]) -> Contact:
    """Read mobile and e-mail."""
    mobile = text(form, "mobile", "mobile-missing", errors)
    return Contact(mobile, text(form, "email", "email-missing", errors))


def identity(form: Form, errors: list[FieldError]) -> tuple[str, str]:
    """Read number and contrast datum; add what is wrong to `errors`."""
    read = forms.document(form)
    if isinstance(read, list):
        errors.extend(read)
        return "", ""
    return read


def number(form: Form, errors: list[FieldError]) -> str:
    """Read the number alone; add what is wrong to `errors`."""
    read = forms.identifier(form)
    if isinstance(read, FieldError):
        errors.append(read)
        return ""
    return read


def fault_field(code: str) -> str:
    """Return the field that a refusal of the registry is about, or nothing."""
    return _FIELD_OF.get(code, "")


_FIELD_OF = {
    "invalid-phone": "mobile",
    "phone-in-use": "mobile",
    "phone-code-limit": "mobile",
    "invalid-email": "email",
    "contrast-invalid": "contrast",
    "letter-code-invalid": "csv",
    "slot-not-free": "starts_at",
    "dni-only": "identifier",
}
