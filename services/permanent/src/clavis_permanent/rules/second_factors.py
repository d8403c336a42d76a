"""Authenticator apps and recovery codes: how codes are made, matched, counted. Pure."""

import base64
import hashlib
import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from clavis_permanent.rules.activations import canonical_activation_code

STEP_SECONDS = 30
TOTP_DIGITS = 6
# RFC 4226 section 4, R6: 160 bits are recommended.
TOTP_SECRET_BYTES = 20
# Crockford's base 32 leaves out the letters that are read as digits or as other letters.
RECOVERY_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# 50 bits; NIST SP 800-63B-4 section 3.1.2.1 asks a look-up secret for 20 when guesses are limited.
RECOVERY_LENGTH = 10
_GROUP = 5


@dataclass(frozen=True, slots=True)
class SecondFactorPolicy:
    """The numbers an operator may set for codes of apps and of printed lists."""

    max_failures: int = 5
    block: timedelta = timedelta(minutes=15)
    longest_block: timedelta = timedelta(days=1)
    # NIST SP 800-63B-4 section 3.2.2: no more than 100 consecutive failures, whatever the pauses.
    total_failures: int = 100
    # RFC 6238 section 5.2: steps by which a clock may be off or a code be late.
    window_steps: int = 1
    enrolment_lifetime: timedelta = timedelta(minutes=10)
    recovery_codes: int = 10


# RFC 4226 section 5.3: dynamic truncation of an HMAC over a counter.
def hotp(secret: bytes, counter: int, *, digits: int = TOTP_DIGITS, hash_name: str = "sha1") -> str:
    """Return the code of a counter. Raises ValueError for an unknown hash."""
    digest = hmac.new(secret, struct.pack(">Q", counter), hash_name).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def step_at(now: datetime) -> int:
    """Return the time step (RFC 6238 section 4.2) in which a moment falls."""
    return int(now.timestamp()) // STEP_SECONDS


# RFC 6238 section 5.2: a step is accepted once; which one was taken is for the store to remember.
def matching_step(secret: bytes, typed: str, now: datetime, window_steps: int) -> int | None:
    """Return the newest step around now whose code was typed, or None.

    Every step is computed and compared in constant time, whatever matches.
    """
    here = step_at(now)
    typed_digest = hashlib.sha256(typed.encode()).digest()
    matched = [
        step
        for step in range(max(0, here - window_steps), here + window_steps + 1)
        if hmac.compare_digest(hashlib.sha256(hotp(secret, step).encode()).digest(), typed_digest)
    ]
    return max(matched, default=None)


def new_recovery_code(random_below: Callable[[int], int]) -> str:
    """Make a code from a source of numbers."""
    return "".join(
        RECOVERY_ALPHABET[random_below(len(RECOVERY_ALPHABET))] for _ in range(RECOVERY_LENGTH)
    )


def new_recovery_codes(count: int, random_below: Callable[[int], int]) -> tuple[str, ...]:
    """Make as many different codes."""
    codes: dict[str, None] = {}
    while len(codes) < count:
        codes[new_recovery_code(random_below)] = None
    return tuple(codes)


def shown_recovery_code(code: str) -> str:
    """Spell a code as it is printed, in two groups."""
    return f"{code[:_GROUP]}-{code[_GROUP:]}"


def canonical_recovery_code(typed: str) -> str:
    """Return a typed recovery code as it is compared: no separators, look-alikes as digits."""
    return canonical_activation_code(typed)


def block_after(failures: int, policy: SecondFactorPolicy) -> timedelta | None:
    """Say how long nothing is judged after so many wrong codes in a row; None for not at all.

    Each block in a row is twice as long as the one before, up to the longest.
    """
    if failures <= 0 or failures % policy.max_failures:
        return None
    doublings = min(failures // policy.max_failures - 1, 31)
    return min(policy.block * (1 << doublings), policy.longest_block)


def attempts_left(failures: int, policy: SecondFactorPolicy) -> int:
    """Say how many wrong codes remain before the next block."""
    return -failures % policy.max_failures


def spelled_secret(secret: bytes) -> str:
    """Spell the secret of an app as people type it: base 32 (RFC 4648 section 6), no padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def otpauth_uri(secret: bytes, *, issuer: str, label: str) -> str:
    """Return what an app reads from the QR code; `label` tells it from others of the issuer."""
    name = f"{issuer}:{label}" if label != issuer else issuer
    query = urlencode(
        {
            "secret": spelled_secret(secret),
            "issuer": issuer,
            "algorithm": "SHA1",
            "digits": TOTP_DIGITS,
            "period": STEP_SECONDS,
        },
        quote_via=quote,
    )
    return f"otpauth://totp/{quote(name, safe=':')}?{query}"
