"""What the login pages remember of one interaction between two requests.

It is stored as JSON with the interaction. Secrets people type and identity numbers never are.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from clavis_kit.loa import Loa

from clavis_gateway.interactions import Authentication
from clavis_gateway.rules.levels import EnrolmentLevel, Factor, Method


@dataclass(frozen=True, slots=True)
class SentCode:
    """A PIN or one-time code under way: where it went and until when it serves (ISO times)."""

    code_id: str
    phone_hint: str
    expires_at: str
    sent_at: str | None = None
    resend_at: str | None = None
    channel: str = "sms"
    """Or "app", where a PIN is shown and not sent."""


@dataclass(frozen=True, slots=True)
class AppRequest:
    """A login request that waits in the app: the number both sides show, and until when."""

    app_request_id: str
    number: str
    expires_at: str
    scanned: bool = True
    """Whether the app learns of it from a QR; else it waits in a person's app already."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A login that succeeded but does not reach the level."""

    reached: int
    enrolment_level: EnrolmentLevel | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class FirstFactor:
    """Whom the permanent password, now or in the session before, has identified."""

    subject_id: str
    enrolment_level: EnrolmentLevel | None
    factors: tuple[Factor, ...] = ()
    """What can complete it now."""
    session_at: str | None = None
    """When the session before proved it (ISO time); None when this login does."""


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """Permission to replace the password just proved, here and now."""

    change_id: str
    person: FirstFactor
    expired: bool
    """Whether the login waits for it; else the person may put it off."""
    expires_on: str | None = None
    code: SentCode | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The steps done so far."""

    pin: SentCode | None = None
    otp: SentCode | None = None
    app: AppRequest | None = None
    change: PasswordChange | None = None
    first_factor: FirstFactor | None = None
    shortfall: Shortfall | None = None
    authenticated: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON to store."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    def with_authentication(self, authentication: Authentication) -> Progress:
        """Keep a finished authentication until the person agrees to go on."""
        stored = {
            "subject_id": authentication.subject_id,
            "method": authentication.method.value,
            "amr": list(authentication.amr),
            "loa": int(authentication.loa),
            "auth_time": authentication.auth_time.isoformat(),
            "enrolment_level": authentication.enrolment_level,
            "evidence": authentication.evidence,
        }
        return replace(self, authenticated=stored)

    @property
    def authentication(self) -> Authentication | None:
        """The finished authentication, if there is one."""
        stored = self.authenticated
        if stored is None:
            return None
        return Authentication(
            subject_id=stored["subject_id"],
            method=Method(stored["method"]),
            amr=tuple(stored["amr"]),
            loa=Loa(stored["loa"]),
            auth_time=datetime.fromisoformat(stored["auth_time"]),
            enrolment_level=stored["enrolment_level"],
            evidence=stored["evidence"],
        )


def from_json(stored: dict[str, Any]) -> Progress:
    """Read what `Progress.to_json` wrote."""
    return Progress(
        pin=_code(stored.get("pin")),
        otp=_code(stored.get("otp")),
        app=AppRequest(**stored["app"]) if "app" in stored else None,
        change=_change(stored["change"]) if "change" in stored else None,
        first_factor=_person(stored["first_factor"]) if "first_factor" in stored else None,
        shortfall=Shortfall(**stored["shortfall"]) if "shortfall" in stored else None,
        authenticated=stored.get("authenticated"),
    )


def _code(stored: dict[str, Any] | None) -> SentCode | None:
    return SentCode(**stored) if stored else None


def _person(stored: dict[str, Any]) -> FirstFactor:
    factors = tuple(Factor(factor) for factor in stored["factors"])
    return FirstFactor(
        stored["subject_id"], stored["enrolment_level"], factors, stored.get("session_at")
    )


def _change(stored: dict[str, Any]) -> PasswordChange:
    values = stored | {"person": _person(stored["person"]), "code": _code(stored["code"])}
    return PasswordChange(**values)
