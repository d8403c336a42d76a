"""Who may enter where: enrolment, method, relying party and request, weighed in one place. Pure.

`levels.py` says how sure a method makes us of a person. Here that meets what a relying party
accepts and what its request demands; the answer is that the login suffices, that one factor
more would make it suffice, or that it never can. A live session is judged by the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from clavis_kit.loa import Loa, from_acr

from clavis_gateway.rules.levels import (
    EnrolmentLevel,
    LevelPolicy,
    Method,
    best_loa,
    loa_of,
    step_up,
)

MaxAges = Mapping[Loa, int]
"""By level, the seconds after which it must be proved again."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a relying party accepts, as its operator decided."""

    minimum: Loa = Loa.LOW
    allowed: frozenset[Method] = frozenset(Method)
    aliases: Mapping[str, Loa] = field(default_factory=dict)
    """Its own names of levels, beside the eIDAS ones that everybody may use."""
    sso_allowed: bool = False
    """It opted into single sign-on."""
    sso_max_age: int | None = None
    """Seconds since the login up to which a session is reused; None: as long as it lives."""
    level_max_age: MaxAges = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """What one request says about how the person must have logged in."""

    acr_values: tuple[str, ...] = ()
    essential: bool = False
    max_age: int | None = None
    login: bool = False
    """The person must act, whoever is logged in (prompt, or a hint at somebody else)."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The level a login must reach, and whether a lower one would be an error of ours."""

    required: Loa
    essential: bool


@dataclass(frozen=True, slots=True)
class Live:
    """A live session, as far as levels go. `proved_at` is when its level was last proved."""

    loa: Loa
    method: Method
    auth_time: datetime
    proved_at: datetime


class Outcome(StrEnum):
    """What a login that ended is worth here."""

    ALLOWED = "allowed"
    STEP_UP = "step_up"
    IMPOSSIBLE = "impossible"


class Why(StrEnum):
    """Why a login does not suffice."""

    LEVEL = "level"
    METHOD = "method"


class Fault(StrEnum):
    """What a session lacks to answer a request."""

    NOT_REUSED = "not_reused"
    LOGIN_ASKED = "login_asked"
    TOO_OLD = "too_old"
    LEVEL_TOO_LOW = "level_too_low"
    LEVEL_TOO_OLD = "level_too_old"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, the level reached, and the method that one factor more would make of it."""

    outcome: Outcome
    reached: Loa | None
    completes_to: Method | None = None
    why: Why | None = None


# OpenID Connect Core 1.0 section 2 (acr): what a value means is agreed between the parties.
def level_named(value: str, aliases: Mapping[str, Loa]) -> Loa | None:
    """Return the level an acr value names at a relying party; None when it means nothing there."""
    alias = aliases.get(value)
    return alias if alias is not None else from_acr(value)


def levels_asked(ask: Ask, terms: Terms) -> tuple[Loa, ...]:
    """Return the levels a request would accept, in its order; unknown values are left out."""
    named = (level_named(value, terms.aliases) for value in ask.acr_values)
    return tuple(level for level in named if level is not None)


def demand(terms: Terms, ask: Ask) -> Demand:
    """Combine the relying party's minimum with the least level the request accepts."""
    least = min(levels_asked(ask, terms), default=Loa.LOW)
    return Demand(max(terms.minimum, least), essential=ask.essential or terms.minimum > Loa.LOW)


# OpenID Connect Core Unmet Authentication Requirements 1.0 section 2.
def reachable(terms: Terms, ask: Ask, policy: LevelPolicy) -> bool:
    """Say whether anybody at all could meet the request; if not, nobody is asked to try.

    An essential acr whose values all mean nothing here cannot be met (Core 5.5.1.1); a voluntary
    one is as if it had not been sent (Core 3.1.2.1).
    """
    if ask.essential and not levels_asked(ask, terms):
        return False
    required = demand(terms, ask).required
    return any(best_loa(method, policy) >= required for method in terms.allowed)


def judge(
    method: Method,
    enrolment: EnrolmentLevel | None,
    needed: Demand,
    terms: Terms,
    policy: LevelPolicy,
    *,
    asserted: Loa | None = None,
) -> Verdict:
    """Judge a login that ended well: enough, one factor short, or short for good."""
    reached = loa_of(method, enrolment, policy, asserted=asserted)
    enough = reached is not None and reached >= needed.required
    if enough and method in terms.allowed:
        return Verdict(Outcome.ALLOWED, reached)
    why = Why.METHOD if enough else Why.LEVEL
    completes_to = step_up(method, enrolment, needed.required, terms.allowed, policy)
    outcome = Outcome.STEP_UP if completes_to else Outcome.IMPOSSIBLE
    return Verdict(outcome, reached, completes_to, why)


# OpenID Connect Core 1.0 section 5.5.1.1: the acr stated matches one of those requested, where one
# does; section 3.1.2.1: they come in order of preference.
def stated_acr(reached: Loa, terms: Terms, ask: Ask) -> str:
    """Return the acr to state, in the words in which the relying party asked.

    Higher satisfies lower: who asked for substantial and got high is told substantial. A wish
    (not a demand) below the relying party's own minimum does not lower what it is told.
    """
    named = [(level_named(value, terms.aliases), value) for value in ask.acr_values]
    floor = Loa.LOW if ask.essential else terms.minimum
    fitting = [(level, value) for level, value in named if level and floor <= level <= reached]
    if not fitting:
        return reached.acr
    best = max(level for level, _ in fitting)
    return next(value for level, value in fitting if level is best)


# NIST SP 800-63B section 4: reauthentication is bounded by level; a higher one never lasts longer.
def age_limit(level: Loa, *limits: MaxAges) -> timedelta | None:
    """Return how long a proof of `level` counts under several sets of limits; None: no bound.

    The strictest of all limits at or below the level holds: who asks for more never waits longer.
    """
    seconds = [limit for ages in limits for bound, limit in ages.items() if bound <= level]
    return timedelta(seconds=min(seconds)) if seconds else None


def faults(
    live: Live | None, needed: Demand, terms: Terms, ask: Ask, now: datetime, general: MaxAges
) -> frozenset[Fault]:
    """List what a session lacks to answer; empty when it answers by itself.

    `general` are the operator's limits for every relying party.
    """
    if live is None or not terms.sso_allowed or live.method not in terms.allowed:
        found = {Fault.NOT_REUSED}
    else:
        found = set()
    if ask.login:
        found.add(Fault.LOGIN_ASKED)
    if live is None:
        return frozenset(found)
    # Core 3.1.2.1 (max_age): a zero asks for login as prompt=login does; else whole seconds count.
    age = now - live.auth_time
    if any(_older(age, limit) for limit in (ask.max_age, terms.sso_max_age)):
        found.add(Fault.TOO_OLD)
    if live.loa < needed.required:
        found.add(Fault.LEVEL_TOO_LOW)
    limit = age_limit(needed.required, general, terms.level_max_age)
    if limit is not None and now - live.proved_at > limit:
        found.add(Fault.LEVEL_TOO_OLD)
    return frozenset(found)


def _older(age: timedelta, limit: int | None) -> bool:
    return limit is not None and (limit == 0 or age > timedelta(seconds=limit))


# The password of a session stands; what aged or is missing is the factor beside it.
def missing_factor(
    method: Method,
    enrolment: EnrolmentLevel | None,
    needed: Demand,
    terms: Terms,
    policy: LevelPolicy,
) -> Method | None:
    """Name the method that one factor more makes of a session too low or too old; None: none."""
    first = Method.PERMANENT if method is Method.PERMANENT_OTP else method
    return step_up(first, enrolment, needed.required, terms.allowed, policy)
