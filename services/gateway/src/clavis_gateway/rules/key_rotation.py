"""When signing keys are made, begin to sign, stop, and are forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

State = Literal["next", "active", "retired"]


@dataclass(frozen=True, slots=True)
class RotationPolicy:
    """How long a key stays in each state."""

    rotate_after: timedelta = timedelta(days=30)
    """Age at which the current key gives way."""
    publish_ahead: timedelta = timedelta(days=1)
    """How long a key is published before it signs: longer than anyone may cache the key set."""
    keep_retired: timedelta = timedelta(days=2)
    """How long a key stays published afterwards: longer than anything it signed may be shown."""


@dataclass(frozen=True, slots=True)
class KeyAge:
    """What decides about a key."""

    kid: str
    alg: str
    state: State
    created_at: datetime
    activated_at: datetime | None = None
    retired_at: datetime | None = None


@dataclass(slots=True)
class Plan:
    """What has to change, by key identifier; `make` names the algorithm and the state."""

    retire: list[str] = field(default_factory=list)
    activate: list[str] = field(default_factory=list)
    make: list[tuple[str, State]] = field(default_factory=list)
    forget: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether everything is as it should be."""
        return not (self.retire or self.activate or self.make or self.forget)


# OpenID Connect Core 1.0 section 10.1.1: a new key is published before it signs, an old one stays
# published after it stopped, so that nobody ever meets a token that cannot be verified.
def plan(
    keys: Sequence[KeyAge],
    algs: Iterable[str],
    policy: RotationPolicy,
    now: datetime,
    *,
    at_once: bool = False,
) -> Plan:
    """Say what makes every algorithm have one current and one next key again.

    `at_once` is the operator's order: the next keys sign now, however young they are.
    """
    changes = Plan(forget=[key.kid for key in keys if _forgettable(key, policy, now)])
    for alg in algs:
        current = _of(keys, alg, "active")
        successor = _of(keys, alg, "next")
        if current is None and successor is None:
            changes.make.append((alg, "active"))
        elif successor is not None and _turns(current, successor, policy, now, at_once=at_once):
            changes.retire += [current.kid] if current else []
            changes.activate.append(successor.kid)
            successor = None
        if successor is None:
            changes.make.append((alg, "next"))
    return changes


def _of(keys: Sequence[KeyAge], alg: str, state: State) -> KeyAge | None:
    return next((key for key in keys if key.alg == alg and key.state == state), None)


def _turns(
    current: KeyAge | None,
    successor: KeyAge,
    policy: RotationPolicy,
    now: datetime,
    *,
    at_once: bool,
) -> bool:
    if current is None or at_once:
        return True
    old_enough = now - (current.activated_at or current.created_at) >= policy.rotate_after
    return old_enough and seasoned(successor, policy, now)


def seasoned(key: KeyAge, policy: RotationPolicy, now: datetime) -> bool:
    """Say whether a key has been published for so long that all caches know it."""
    return now - key.created_at >= policy.publish_ahead


def _forgettable(key: KeyAge, policy: RotationPolicy, now: datetime) -> bool:
    if key.state != "retired" or key.retired_at is None:
        return False
    return now - key.retired_at >= policy.keep_retired
