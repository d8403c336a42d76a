"""Calls to the service of permanent passwords, codes and passkeys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from clavis_gateway.login.clients.sibling import Answer, Sibling, known

Setup = Literal["activate", "recover"]
_COLLECTION: dict[Setup, str] = {"activate": "/v1/activations", "recover": "/v1/recoveries"}
_CHANGE = "password-change"


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A one-time code as typed, and which one it answers."""

    otp_id: str
    text: str


class PermanentClient:
    """The permanent password and what completes it."""

    def __init__(self, service: Sibling) -> None:
        """Use the service of permanent passwords."""
        self.service = service

    async def login(self, national_id: str, password: str, *, source: str | None) -> Answer:
        """Judge a password. `verdict`: accepted, wrong, locked, expired or limited.

        `source` is the network address of the browser.
        """
        body = known(national_id=national_id, password=password, source=source)
        return await self.service.post("/v1/logins", body)

    async def send_otp(
        self, subject_id: str, *, bound_to: str, relying_party: str, language: str
    ) -> Answer:
        """Send a one-time code for this interaction. `outcome`: sent, limited, unavailable."""
        body = {
            "subject_id": subject_id,
            "action": "login",
            "bound_to": bound_to,
            "relying_party": relying_party,
            "language": language,
        }
        return await self.service.post("/v1/otps", body)

    async def attempt_otp(self, otp_id: str, otp: str, *, bound_to: str) -> Answer:
        """Judge a typed code. `verdict`: accepted, wrong, expired, used or locked."""
        path = f"/v1/otps/{quote(otp_id, safe='')}/attempts"
        return await self.service.post(path, {"otp": otp, "bound_to": bound_to})

    async def second_factors(self, subject_id: str) -> Answer:
        """Say what could complete the password of a person known by a session now."""
        return await self.service.post("/v1/second-factors", {"subject_id": subject_id})

    async def attempt_totp(self, subject_id: str, code: str, *, bound_to: str) -> Answer:
        """Judge a code of an authenticator app: accepted, wrong, locked or unavailable."""
        body = {"subject_id": subject_id, "code": code, "bound_to": bound_to}
        return await self.service.post("/v1/totp-attempts", body)

    async def attempt_recovery_code(self, subject_id: str, code: str, *, bound_to: str) -> Answer:
        """Judge a code of the printed list: accepted, wrong, locked or unavailable."""
        body = {"subject_id": subject_id, "code": code, "bound_to": bound_to}
        return await self.service.post("/v1/recovery-code-attempts", body)

    async def send_change_otp(self, change_id: str, *, relying_party: str, language: str) -> Answer:
        """Send the code that confirms a change of password. `outcome`: as `send_otp`."""
        body = {"relying_party": relying_party, "language": language}
        return await self.service.post(_change(change_id, "/otp"), body)

    async def change_password(self, change_id: str, code: TypedCode, new_password: str) -> Answer:
        """Replace a password just proved. `outcome`: changed, rejected, wrong, expired, locked."""
        body = {"otp_id": code.otp_id, "otp": code.text, "new_password": new_password}
        return await self.service.post(_change(change_id), body)


def _change(change_id: str, rest: str = "") -> str:
    return f"/v1/{_CHANGE}s/{quote(change_id, safe='')}{rest}"


class PasswordSetupClient:
    """A first password with the activation code, or another in place of a forgotten one."""

    def __init__(self, service: Sibling) -> None:
        """Use the service of permanent passwords."""
        self.service = service

    async def start(
        self,
        setup: Setup,
        *,
        national_id: str,
        email: str | None,
        activation_code: str,
        language: str,
        source: str | None,
    ) -> Answer:
        """Begin. `outcome`: code_sent, mismatch, limited or undeliverable."""
        body: dict[str, Any] = known(
            national_id=national_id,
            email=email,
            activation_code=activation_code,
            language=language,
            source=source,
        )
        return await self.service.post(_COLLECTION[setup], body)

    async def prove_phone(self, setup: Setup, setup_id: str, otp: str) -> Answer:
        """Judge the code sent. `verdict`: accepted, wrong, expired or locked."""
        path = f"{_COLLECTION[setup]}/{quote(setup_id, safe='')}/otp-attempts"
        return await self.service.post(path, {"otp": otp})

    async def choose_password(self, setup: Setup, setup_id: str, password: str) -> Answer:
        """Set the password. `outcome`: activated, rejected (with `reasons`) or expired."""
        path = f"{_COLLECTION[setup]}/{quote(setup_id, safe='')}/password"
        return await self.service.post(path, {"password": password})


class PasskeyClient:
    """Passkeys: a challenge, and what a browser answers to it."""

    def __init__(self, service: Sibling) -> None:
        """Use the service of permanent passwords, which keeps them."""
        self.service = service

    async def start(self, relying_party: str) -> Answer:
        """Return `passkey_login_id` and `options` for the browser."""
        return await self.service.post("/v1/passkey-logins", {"relying_party": relying_party})

    async def judge(self, passkey_login_id: str, credential: dict[str, Any]) -> Answer:
        """Judge an assertion, once. `verdict`: accepted, wrong or expired."""
        path = f"/v1/passkey-logins/{quote(passkey_login_id, safe='')}/assertion"
        return await self.service.post(path, {"credential": credential})


class FraudClient:
    """Reports that a login or a change was somebody else's doing."""

    def __init__(self, service: Sibling) -> None:
        """Use the service of permanent passwords, which sends the notices."""
        self.service = service

    async def is_valid(self, token: str) -> bool:
        """Say whether the token of a notice can still be used."""
        answer = await self.service.post("/v1/fraud-reports/check", {"token": token})
        return bool(answer["valid"])

    async def report(self, token: str) -> Answer:
        """Freeze the person the notice was sent to. `outcome`: frozen or invalid."""
        return await self.service.post("/v1/fraud-reports", {"token": token})
