"""Passkeys: who may bind one, what it must be, when its signature opens a session. Pure."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

# W3C Web Authentication Level 3 section 14.6.1: 64 random bytes, nothing of the person in them.
USER_HANDLE_BYTES = 64
# W3C Web Authentication Level 3 section 13.4.3: at least 16.
CHALLENGE_BYTES = 32
NAME_MAXIMUM = 60
# W3C Web Authentication Level 3 section 5.8.4; what else a browser tells is not kept.
TRANSPORTS = ("ble", "hybrid", "internal", "nfc", "smart-card", "usb")
RSA_BITS = range(2048, 4097)


@dataclass(frozen=True, slots=True)
class PasskeyPolicy:
    """The numbers an operator may set for passkeys."""

    limit: int = 10
    challenge_lifetime: timedelta = timedelta(minutes=5)


def passkey_amr(*, backup_eligible: bool) -> tuple[str, ...]:
    """Name the factors (RFC 8176 section 2): a key, in hardware if it cannot leave it, a person."""
    return ("pop", "user") if backup_eligible else ("hwk", "user")


def known_transports(told: Iterable[str]) -> list[str]:
    """Keep the transports that exist, each once, in order."""
    return sorted({transport for transport in told if transport in TRANSPORTS})


def canonical_name(typed: str) -> str | None:
    """Return the name a person gives as it is kept, or None when there is nothing to see in it."""
    visible = "".join(
        " " if unicodedata.category(c) in {"Zs", "Zl", "Zp", "Cc"} else c
        for c in unicodedata.normalize("NFC", typed)
        if unicodedata.category(c) not in {"Cf", "Cs", "Co", "Cn"}
    )
    name = " ".join(visible.split())
    return name if 0 < len(name) <= NAME_MAXIMUM else None
