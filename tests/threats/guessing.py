"""What guessing costs an attacker, from the limits in force. Pure: numbers in, chances out.

The attacker knows every identity number and never tires. Networks are what the services count as
one source (an IPv4 /24). Chances are per day, against one person or as an expected number of people
among a million.
"""

import math
from dataclasses import dataclass

from clavis_permanent.rules.second_factors import (
    RECOVERY_ALPHABET,
    RECOVERY_LENGTH,
    TOTP_DIGITS,
    SecondFactorPolicy,
)
from clavis_permanent.settings import PermanentSettings
from clavis_pin.settings import PinSettings
from clavis_registry.rules import letter

HOURS = 24
PEOPLE = 1_000_000
NETWORKS = 100
PINS = 32**3
# A DNI lasts ten years at most between 30 and 70: its last day is one of these.
CONTRASTS = 3650
CODES = 10**6
# NIST SP 800-63B-4 section 3.1.1.2 has known passwords refused. What remains is taken to fall to
# one guess in 2^20: the estimate of SP 800-63-2 appendix A for eight characters of all classes
# that are not in a dictionary is 2^30; we claim a thousandth of it.
PASSWORDS = 2**20


@dataclass(frozen=True)
class Limits:
    """The limits that bound guessing, as the settings have them by default."""

    pins_per_day: int
    tries_per_pin: int
    pins_per_network_hour: int
    password_tries: int
    codes_per_hour: int
    tries_per_code: int
    totp_tries: int
    totp_block_minutes: float
    totp_total: int
    totp_steps: int
    recovery_codes: int
    letter_tries: int
    devices_per_day: int
    tries_per_device: int
    devices_per_network_hour: int


def in_force() -> Limits:
    """Read the limits that hold when an operator changes nothing."""
    pin, permanent = PinSettings.model_fields, PermanentSettings.model_fields
    second = SecondFactorPolicy()
    return Limits(
        pins_per_day=pin["requests_per_day"].default,
        tries_per_pin=pin["max_failures"].default,
        pins_per_network_hour=pin["source_requests_per_hour"].default,
        password_tries=permanent["password_max_failures"].default,
        codes_per_hour=permanent["otp_sends_per_hour"].default,
        tries_per_code=permanent["otp_max_tries"].default,
        totp_tries=second.max_failures,
        totp_block_minutes=second.block.total_seconds() / 60,
        totp_total=second.total_failures,
        totp_steps=2 * second.window_steps + 1,
        recovery_codes=second.recovery_codes,
        letter_tries=5,
        devices_per_day=pin["device_enrolments_per_day"].default,
        tries_per_device=pin["max_code_failures"].default,
        devices_per_network_hour=pin["device_source_enrolments_per_hour"].default,
    )


def chance(tries: float, size: float) -> float:
    """Chance that one of independent tries hits one value of `size`."""
    return -math.expm1(tries * math.log1p(-1 / size))


@dataclass(frozen=True)
class Attack:
    """One way of guessing; `one` is a chance per day, `million` an expected number of people."""

    name: str
    one: float
    one_bound: float
    million: float | None = None
    million_bound: float | None = None


def attacks(limits: Limits) -> list[Attack]:
    """List what an attacker can try, with the bound that we promise."""
    per_day = limits.pins_per_day * limits.tries_per_pin
    sent = NETWORKS * limits.pins_per_network_hour * HOURS
    stranger = limits.pins_per_day / CONTRASTS * chance(limits.tries_per_pin, PINS)
    # A PIN is sent only where the contrast datum was guessed; then its tries count.
    found = min(PEOPLE * limits.pins_per_day, sent) / CONTRASTS
    leaked = min(PEOPLE * limits.pins_per_day, limits.pins_per_network_hour * HOURS)
    devices = min(PEOPLE * limits.devices_per_day, limits.devices_per_network_hour * HOURS)
    codes = limits.codes_per_hour * limits.tries_per_code * HOURS
    totp = _totp_tries_per_day(limits)
    recovery = len(RECOVERY_ALPHABET) ** RECOVERY_LENGTH
    csv = len(letter.ALPHABET) ** (letter.LENGTH - 1)
    return [
        Attack(
            "PIN, the contrast datum unknown",
            stranger, 1e-6, found * chance(limits.tries_per_pin, PINS), 0.1,
        ),
        Attack(
            "PIN, the contrast datum known (per network)",
            chance(per_day, PINS), 2e-3, leaked * chance(limits.tries_per_pin, PINS), 3,
        ),
        Attack(
            "Code that enrols an app, the datum known (per network)",
            chance(limits.devices_per_day * limits.tries_per_device, CODES), 1e-4,
            devices * chance(limits.tries_per_device, CODES), 0.1,
        ),
        Attack(
            "Password", chance(limits.password_tries, PASSWORDS), 1e-5,
            PEOPLE * chance(limits.password_tries, PASSWORDS), 5,
        ),
        Attack("SMS code, the password known", chance(codes, CODES), 1e-3),
        Attack(
            "Authenticator app, the password known",
            chance(totp, 10**TOTP_DIGITS / limits.totp_steps), 1e-3,
        ),
        Attack(
            "Recovery code, the password known",
            chance(totp, recovery / limits.recovery_codes), 1e-11,
        ),
        Attack("Code of an invitation letter", chance(limits.letter_tries, csv), 1e-20),
    ]  # fmt: skip


def _totp_tries_per_day(limits: Limits) -> int:
    # Every `totp_tries` wrong ones block, each time twice as long, until the day is over.
    minutes, block, tries = 0.0, limits.totp_block_minutes, 0
    while minutes < HOURS * 60 and tries < limits.totp_total:
        tries += limits.totp_tries
        minutes += block
        block *= 2
    return tries


def table(found: list[Attack]) -> str:
    """Write the attacks as the table of docs/threat-model.md."""
    rows = [
        "| guessed | one person, a day | bound | of a million, a day | bound |",
        "|---|---|---|---|---|",
    ]
    for attack in found:
        many = f"{attack.million:.1e}" if attack.million is not None else "-"
        bound = f"{attack.million_bound:.0e}" if attack.million_bound is not None else "-"
        rows.append(
            f"| {attack.name} | {attack.one:.1e} | {attack.one_bound:.0e} | {many} | {bound} |"
        )
    return "\n".join(rows)
