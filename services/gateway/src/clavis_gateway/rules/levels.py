"""How sure we are of a person: the level that follows from enrolment and method. Pure.

Three facts stay apart: how the person was enrolled, how they authenticated now, and the level of
assurance that follows from both. Nothing here reads a clock, a database or a request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from clavis_kit.loa import Loa

EnrolmentLevel = Literal["basic", "advanced"]


class Method(StrEnum):
    """How a person authenticated. The value is what sessions and events store."""

    PIN = "pin"
    APP = "app"
    PERMANENT = "permanent"
    PERMANENT_OTP = "permanent_otp"
    PASSKEY = "passkey"
    CERTIFICATE_SOFTWARE = "certificate_software"
    CERTIFICATE_QSCD = "certificate_qscd"
    EIDAS = "eidas"


class Choice(StrEnum):
    """A button of the method selector, in the order shown; its id is `method-<value>`.

    What neither asks to remember nor to copy anything comes first (WCAG 2.2 criterion 3.3.8).
    """

    PASSKEY = "passkey"
    APP = "app"
    PIN = "pin"
    PERMANENT = "permanent"
    CERTIFICATE = "certificate"


class Factor(StrEnum):
    """What completes the permanent password. The value is what the service of passwords says."""

    TOTP = "totp"
    SMS = "sms"
    RECOVERY_CODE = "recovery_code"


class Reason(StrEnum):
    """Why a choice cannot be taken now. Stable: pages carry it as `data-reason`."""

    LEVEL_TOO_LOW = "level_too_low"
    NOT_ACCEPTED = "not_accepted"
    SERVICE_DOWN = "service_down"


class WayUp(StrEnum):
    """What a person can do to reach a level they do not reach. Stable: `data-way-up`."""

    PASSKEY = "passkey"
    APP = "app"
    PASSWORD_AND_CODE = "password_and_code"  # noqa: S105 - the name of a way, no secret
    CERTIFICATE = "certificate"
    DNIE = "dnie"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class LevelPolicy:
    """What the operator decides: the level of the one-factor methods after advanced enrolment."""

    pin_advanced: Loa = Loa.LOW
    password_advanced: Loa = Loa.LOW


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the method selector.

    `method` is what taking the choice would end in: the weakest method behind the button that
    reaches the required level, or the strongest one when none does.
    """

    choice: Choice
    method: Method
    enabled: bool
    reason: Reason | None = None
    ways_up: tuple[WayUp, ...] = field(default=())


# The methods behind each button, weakest first.
METHODS_OF: Mapping[Choice, tuple[Method, ...]] = {
    Choice.PASSKEY: (Method.PASSKEY,),
    Choice.APP: (Method.APP,),
    Choice.PIN: (Method.PIN,),
    Choice.PERMANENT: (Method.PERMANENT, Method.PERMANENT_OTP),
    Choice.CERTIFICATE: (Method.CERTIFICATE_SOFTWARE, Method.CERTIFICATE_QSCD),
}

# RFC 8176 section 2. There `pin` unlocks a key on the device; a PIN sent to a phone is otp + sms.
AMR_OF: Mapping[Method, tuple[str, ...]] = {
    Method.PIN: ("otp", "sms"),
    Method.APP: ("hwk", "user"),
    Method.PERMANENT: ("pwd",),
    Method.PERMANENT_OTP: ("pwd", "otp", "sms", "mfa"),
    Method.PASSKEY: ("hwk", "user"),
    Method.CERTIFICATE_SOFTWARE: ("swk",),
    Method.CERTIFICATE_QSCD: ("hwk", "sc"),
    Method.EIDAS: (),
}
# The password and a second factor; a code from a list is a one-time password like any other.
_AMR_WITH: Mapping[Factor, tuple[str, ...]] = {
    Factor.SMS: ("pwd", "otp", "sms", "mfa"),
    Factor.TOTP: ("pwd", "otp", "mfa"),
    Factor.RECOVERY_CODE: ("pwd", "otp", "mfa"),
}
# What our own methods reach by themselves after advanced enrolment, easiest first.
_OWN_WAYS: Mapping[Method, WayUp] = {
    Method.PASSKEY: WayUp.PASSKEY,
    Method.APP: WayUp.APP,
    Method.PERMANENT_OTP: WayUp.PASSWORD_AND_CODE,
}


def amr_of(method: Method, factor: Factor | None = None) -> tuple[str, ...]:
    """Name how a person authenticated; `factor` is what completed the permanent password."""
    if method is Method.PERMANENT_OTP and factor is not None:
        return _AMR_WITH[factor]
    return AMR_OF[method]


# CIR (EU) 2015/1502 annex, sections 2.1 and 2.2.1: the level of a means is bounded by the weaker
# of enrolment and authentication; substantial needs two factors of different kinds.
def loa_of(
    method: Method,
    enrolment_level: EnrolmentLevel | None,
    policy: LevelPolicy,
    *,
    asserted: Loa | None = None,
) -> Loa | None:
    """Say which level a login reaches; None when this person cannot use this method at all.

    `enrolment_level` is None for someone who never enrolled: only a certificate or a foreign
    eID, whose issuer proved the person, gives them a level. `asserted` is the level a foreign
    node states; it counts for `Method.EIDAS` alone.
    """
    if method is Method.CERTIFICATE_SOFTWARE:
        return Loa.SUBSTANTIAL
    if method is Method.CERTIFICATE_QSCD:
        return Loa.HIGH
    if method is Method.EIDAS:
        return asserted
    if enrolment_level == "advanced":
        return _advanced(method, policy)
    if enrolment_level == "basic" and method is not Method.PERMANENT_OTP:
        return Loa.LOW
    return None


def _advanced(method: Method, policy: LevelPolicy) -> Loa:
    """Level of our own methods for a person enrolled before an officer or with a certificate."""
    if method is Method.PIN:
        return policy.pin_advanced
    if method is Method.PERMANENT:
        return policy.password_advanced
    return Loa.SUBSTANTIAL


def best_loa(method: Method, policy: LevelPolicy) -> Loa:
    """Give the highest level a method can reach for anybody: all that is known before login."""
    best = loa_of(method, "advanced", policy, asserted=Loa.HIGH)
    return best if best is not None else Loa.LOW


def ways_up(
    required: Loa,
    allowed: frozenset[Method],
    *,
    enrolment_level: EnrolmentLevel | None = "advanced",
) -> tuple[WayUp, ...]:
    """List, easiest first, what reaches `required` at a service that accepts `allowed`.

    Empty when nothing does. Before login the enrolment is unknown and taken as advanced; for a
    person enrolled at basic level the office comes last, because it opens our own methods.
    """
    if required > Loa.SUBSTANTIAL:
        return (WayUp.DNIE,) if Method.CERTIFICATE_QSCD in allowed else ()
    own = [way for method, way in _OWN_WAYS.items() if method in allowed]
    advanced = enrolment_level == "advanced"
    ways = own if advanced else []
    if allowed & {Method.CERTIFICATE_SOFTWARE, Method.CERTIFICATE_QSCD}:
        ways = [*ways, WayUp.CERTIFICATE]
    return tuple(ways if advanced or not own else [*ways, WayUp.OFFICE])


def offers(
    required: Loa,
    allowed: frozenset[Method],
    available: frozenset[Method],
    policy: LevelPolicy,
) -> list[Offer]:
    """Judge every button of the selector, in the order it is shown.

    `allowed` are the methods the relying party accepts; `available` those whose service answers
    now. A choice that cannot be taken stays in the list, with its reason and the ways up.
    """
    return [_offer(choice, required, allowed, available, policy) for choice in Choice]


def _offer(
    choice: Choice,
    required: Loa,
    allowed: frozenset[Method],
    available: frozenset[Method],
    policy: LevelPolicy,
) -> Offer:
    methods = METHODS_OF[choice]
    reaching = [method for method in methods if best_loa(method, policy) >= required]
    accepted = [method for method in reaching if method in allowed]
    answering = [method for method in accepted if method in available]
    if answering:
        return Offer(choice, answering[0], enabled=True)
    if not allowed.intersection(methods):
        reason = Reason.NOT_ACCEPTED
    elif accepted:
        return Offer(choice, accepted[0], enabled=False, reason=Reason.SERVICE_DOWN)
    else:
        reason = Reason.LEVEL_TOO_LOW
    ways = ways_up(required, allowed & available)
    return Offer(choice, methods[-1], enabled=False, reason=reason, ways_up=ways)


def step_up(
    method: Method,
    enrolment_level: EnrolmentLevel | None,
    required: Loa,
    allowed: frozenset[Method],
    policy: LevelPolicy,
) -> Method | None:
    """Name the method that one more factor would make of a login already done, if it suffices.

    Only the permanent password can be completed in place (see `Factor`); every other login that
    falls short needs another method, and the answer is None.
    """
    if method is not Method.PERMANENT or Method.PERMANENT_OTP not in allowed:
        return None
    reached = loa_of(Method.PERMANENT_OTP, enrolment_level, policy)
    return Method.PERMANENT_OTP if reached is not None and reached >= required else None


# NIST SP 800-63B section 3.1.2: look-up secrets stand in when the usual authenticator is lost.
def first_factor_asked(usable: Sequence[Factor]) -> Factor | None:
    """Choose the second factor to ask for without a question; None: the person chooses.

    The person chooses where an authenticator app and SMS both work. A recovery code is asked for
    by itself only when nothing else is there.
    """
    usual = [factor for factor in usable if factor is not Factor.RECOVERY_CODE]
    if len(usual) > 1:
        return None
    return next(iter(usual or usable), None)
