"""What a login request to the app may do. Pure: no I/O, no clock, no randomness."""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from clavis_kit.ids import decode_base64url, encode_base64url

from clavis_pin.rules.people import SmsDeviceLevel

_STEP_BYTES = 5
_MAC_BYTES = 16
_ID_BYTES = 16
_HANDLE_DIGITS = 6
_CHECK_DIGITS = 4
_NUMBER_VALUES = 1000
_HANDLE_VALUES = 10**_HANDLE_DIGITS
_CHECK_VALUES = 10**_CHECK_DIGITS
_NOT_DIGITS = re.compile(r"[\s\-.]")
_FRAGMENT = re.compile(r"(?:.*#)?r=([A-Za-z0-9_-]{40,64})")


class RequestState(StrEnum):
    """Where a request stands, as its browser is told."""

    PENDING = "pending"
    SCANNED = "scanned"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    REPORTED = "reported"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Decision(StrEnum):
    """What the person answers on the device."""

    CONFIRM = "confirm"
    REJECT = "reject"
    REPORT = "report"


OPEN = (RequestState.PENDING, RequestState.SCANNED)
STATE_AFTER = {
    Decision.CONFIRM: RequestState.CONFIRMED,
    Decision.REJECT: RequestState.REJECTED,
    Decision.REPORT: RequestState.REPORTED,
}


@dataclass(frozen=True, slots=True)
class AppPolicy:
    """The numbers an operator may set."""

    request_lifetime: timedelta = timedelta(minutes=5)
    # How long the browser may take to collect an answer.
    completion_grace: timedelta = timedelta(minutes=1)
    qr_step: timedelta = timedelta(seconds=5)
    # A person types the code by hand where nothing can scan; that takes longer than a scan.
    typed_step: timedelta = timedelta(seconds=60)
    # NIST SP 800-63B section 5.2.2: failed attempts are counted and limited.
    max_number_failures: int = 3
    sms_device_level: SmsDeviceLevel = "basic"
    max_active_devices: int = 1
    enrolment_lifetime: timedelta = timedelta(minutes=5)
    ticket_lifetime: timedelta = timedelta(minutes=5)
    # How old a login may be that binds or removes a device.
    fresh_session: timedelta = timedelta(minutes=5)
    max_code_failures: int = 3
    proof_leeway: timedelta = timedelta(seconds=60)
    requests_per_hour: int = 10
    enrolments_per_hour: int = 5
    enrolments_per_day: int = 10
    requests_per_source_hour: int = 600
    enrolments_per_source_hour: int = 60
    claims_per_device_hour: int = 60
    evidence: timedelta = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """What a QR says: a request, the step it was shown in, and the proof of both."""

    app_request_id: str
    step: int
    mac: bytes


def number_from_bytes(secret: bytes) -> str:
    """Spell a number of three digits from eight random bytes; the bias is below 10 to the -16."""
    return f"{int.from_bytes(secret[:8]) % _NUMBER_VALUES:03d}"


def handle_from_bytes(secret: bytes) -> str:
    """Spell the first part of the code for typing, six digits, from eight random bytes."""
    return f"{int.from_bytes(secret[:8]) % _HANDLE_VALUES:0{_HANDLE_DIGITS}d}"


def step_of(at: datetime, length: timedelta) -> int:
    """Count the steps since 1970 in which this moment lies."""
    return int(at.timestamp() // length.total_seconds())


def end_of_step(step: int, length: timedelta) -> float:
    """Return when a code shown in a step stops being honoured, in seconds since 1970.

    RFC 6238 section 5.2: one step more, for who scans at its very end.
    """
    return (step + 2) * length.total_seconds()


def qr_content(key: bytes, app_url: str, app_request_id: str, browser_hash: str, step: int) -> str:
    """Return what the QR holds in a step: an address of the app whose fragment is the code.

    A fragment never leaves the phone's browser (RFC 3986 section 3.5): no log sees the code.
    """
    body = UUID(app_request_id).bytes + step.to_bytes(_STEP_BYTES)
    mac = _mac(key, b"qr", app_request_id, browser_hash, step)[:_MAC_BYTES]
    return f"{app_url}#r={encode_base64url(body + mac)}"


def parse_qr(text: str) -> ScannedCode | None:
    """Read a scanned code or the address it is in; None when it is neither."""
    match = _FRAGMENT.fullmatch(text.strip())
    code = match[1] if match else text.strip()
    try:
        raw = decode_base64url(code)
    except ValueError:
        return None
    if len(raw) != _ID_BYTES + _STEP_BYTES + _MAC_BYTES:
        return None
    step = int.from_bytes(raw[_ID_BYTES : _ID_BYTES + _STEP_BYTES])
    return ScannedCode(str(UUID(bytes=raw[:_ID_BYTES])), step, raw[_ID_BYTES + _STEP_BYTES :])


def qr_is_honoured(
    key: bytes, code: ScannedCode, browser_hash: str, now: datetime, policy: AppPolicy
) -> bool:
    """Say whether a scanned code is of this request's browser, and of this step or the one before.

    A picture of the code that is sent on is dead before it is looked at.
    """
    expected = _mac(key, b"qr", code.app_request_id, browser_hash, code.step)[:_MAC_BYTES]
    age = step_of(now, policy.qr_step) - code.step
    return hmac.compare_digest(expected, code.mac) and 0 <= age <= 1


def typed_code(key: bytes, handle: str, app_request_id: str, browser_hash: str, step: int) -> str:
    """Return the ten digits that stand for the QR where nothing can scan it."""
    mac = _mac(key, b"typed", app_request_id, browser_hash, step)
    return handle + f"{int.from_bytes(mac[:8]) % _CHECK_VALUES:0{_CHECK_DIGITS}d}"


def parse_typed(text: str) -> str | None:
    """Return the ten digits that were typed, or None when it is something else."""
    digits = _NOT_DIGITS.sub("", text)
    is_code = len(digits) == _HANDLE_DIGITS + _CHECK_DIGITS and digits.isascii()
    return digits if is_code and digits.isdigit() else None


def handle_of(digits: str) -> str:
    """Return the part of a typed code by which requests are looked up."""
    return digits[:_HANDLE_DIGITS]


def typed_is_honoured(
    key: bytes, digits: str, app_request_id: str, browser_hash: str, now: datetime,
    policy: AppPolicy,
) -> bool:  # fmt: skip
    """Say whether typed digits are this request's code in this step or the one before."""
    current = step_of(now, policy.typed_step)
    honoured = [
        typed_code(key, handle_of(digits), app_request_id, browser_hash, step)
        for step in (current, current - 1)
    ]
    return any(hmac.compare_digest(code, digits) for code in honoured)


def _mac(key: bytes, kind: bytes, app_request_id: str, browser_hash: str, step: int) -> bytes:
    text = f"{app_request_id}:{browser_hash}:{step}".encode()
    return hmac.new(key, b"clavis-app-" + kind + b":" + text, sha256).digest()


def state_for_browser(state: RequestState, expires_at: datetime, now: datetime) -> RequestState:
    """Return what the browser is told: what was cancelled or left alone too long has expired."""
    if state is RequestState.CANCELLED or (state in OPEN and expires_at <= now):
        return RequestState.EXPIRED
    return state


def signed_answer_fits(
    claims: dict[str, object],
    *,
    app_request_id: str,
    relying_party: dict[str, str],
    decision: Decision,
) -> bool:
    """Say whether what the device signed is this answer to this request for this relying party."""
    number = claims.get("number")
    wanted = isinstance(number, str) if decision is Decision.CONFIRM else number is None
    return wanted and (
        claims.get("request_id"), claims.get("relying_party"), claims.get("decision")
    ) == (app_request_id, relying_party, decision.value)  # fmt: skip
