"""Calls to the sibling services. An answer that never came is a 503, never a verdict."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import httpx
from clavis_kit.service_tokens import ServiceTokenSigner
from pydantic import BaseModel, ValidationError

from clavis_signing.errors import sibling_unavailable
from clavis_signing.pki.profile import Holder
from clavis_signing.rules import PersonStatus


class PasswordVerdict(StrEnum):
    """What permanent says of a password."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    LOCKED = "locked"
    INACTIVE = "inactive"


class OtpVerdict(StrEnum):
    """What permanent says of a one-time code."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    LOCKED = "locked"


class OtpRequested(BaseModel):
    """Whether a code is on its way."""

    outcome: str
    otp_id: str | None = None
    phone_hint: str | None = None
    expires_at: datetime | None = None
    resend_at: datetime | None = None
    reason: str | None = None


class CertificateHolder(BaseModel):
    """Who a certificate would be about, from the registry."""

    given_name: str
    first_surname: str
    second_surname: str | None = None
    national_id: str
    document_expires_on: date | None = None
    last_strong_identification_at: datetime | None = None
    birth_date: date
    status: PersonStatus
    level: str | None = None

    @property
    def holder(self) -> Holder:
        """The part that a certificate states."""
        return Holder(self.given_name, self.first_surname, self.second_surname, self.national_id)


class _PasswordChecked(BaseModel):
    verdict: PasswordVerdict


class _OtpJudged(BaseModel):
    verdict: OtpVerdict
    subject_id: str | None = None


@dataclass(frozen=True)
class OtpRequest:
    """A code that is good for one act only."""

    subject_id: str
    bound_to: str
    relying_party: str
    detail: str
    language: str


class SiblingClient:
    """POSTs JSON to one sibling with a token it accepts."""

    def __init__(
        self, name: str, base_url: str, http: httpx.AsyncClient, signer: ServiceTokenSigner
    ) -> None:
        """`name` is the audience of the token."""
        self._name = name
        self._base_url = base_url.rstrip("/")
        self._http = http
        self._signer = signer

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """Return the JSON answer. Raises ServiceError 503 when there is none."""
        try:
            response = await self._http.post(
                self._base_url + path, json=body, headers=self._signer.headers(self._name)
            )
            response.raise_for_status()
            return response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise sibling_unavailable(self._name, type(error).__name__) from error

    def broken(self, error: ValidationError) -> Exception:
        """Turn an answer outside the contract into the same 503."""
        return sibling_unavailable(self._name, f"unreadable answer, {error.error_count()} faults")


class PermanentClient:
    """Passwords and one-time codes are judged by the permanent service."""

    def __init__(self, sibling: SiblingClient) -> None:
        """Talk through the sibling client."""
        self._sibling = sibling

    async def check_password(self, subject_id: str, password: str) -> PasswordVerdict:
        """Judge a password; permanent counts the wrong ones."""
        body = {"subject_id": subject_id, "password": password}
        answer = await self._sibling.post("/v1/password-checks", body)
        try:
            return _PasswordChecked.model_validate(answer).verdict
        except ValidationError as error:
            raise self._sibling.broken(error) from error

    async def request_otp(self, request: OtpRequest) -> OtpRequested:
        """Send a code to the person's phone."""
        body = {
            "subject_id": request.subject_id,
            "action": "sign",
            "bound_to": request.bound_to,
            "relying_party": request.relying_party,
            "detail": request.detail,
            "language": request.language,
        }
        answer = await self._sibling.post("/v1/otps", body)
        try:
            return OtpRequested.model_validate(answer)
        except ValidationError as error:
            raise self._sibling.broken(error) from error

    async def judge_otp(
        self, otp_id: str, otp: str, *, bound_to: str, subject_id: str
    ) -> OtpVerdict:
        """Judge a code, which is consumed if right; a code of somebody else is wrong."""
        body = {"otp": otp, "bound_to": bound_to}
        answer = await self._sibling.post(f"/v1/otps/{otp_id}/attempts", body)
        try:
            judged = _OtpJudged.model_validate(answer)
        except ValidationError as error:
            raise self._sibling.broken(error) from error
        if judged.verdict is OtpVerdict.ACCEPTED and judged.subject_id != subject_id:
            return OtpVerdict.WRONG
        return judged.verdict


class RegistryClient:
    """Names and dates for a certificate come from the registry."""

    def __init__(self, sibling: SiblingClient) -> None:
        """Talk through the sibling client."""
        self._sibling = sibling

    async def certificate_holder(self, subject_id: str) -> CertificateHolder:
        """Return who the person is, as of now."""
        answer = await self._sibling.post(
            "/internal/v1/certificate-holders", {"subject_id": subject_id}
        )
        try:
            return CertificateHolder.model_validate(answer)
        except ValidationError as error:
            raise self._sibling.broken(error) from error
