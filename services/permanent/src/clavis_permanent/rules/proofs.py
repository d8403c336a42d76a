"""What the authentication behind an access token proves (RFC 8176)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_permanent.rules.facts import Proof


@dataclass(frozen=True, slots=True)
class RecoveryPolicy:
    """What replaces a forgotten password, and how recent a login must be to do so."""

    proofs: frozenset[Proof] = frozenset({Proof.ACTIVATION_CODE, Proof.CERTIFICATE})
    max_age: timedelta = timedelta(minutes=5)


_CERTIFICATE_IN_SOFTWARE = {"swk"}
_CERTIFICATE_ON_DEVICE = {"hwk", "sc"}
_DEVICE_KEY = {"hwk", "user"}


def proofs_of(amr: Collection[str]) -> frozenset[Proof]:
    """Say which proofs the methods of a login amount to.

    A passkey and a confirmation in the app are both a device key used by its owner.
    """
    methods = set(amr)
    found = set()
    if methods >= _CERTIFICATE_IN_SOFTWARE or methods >= _CERTIFICATE_ON_DEVICE:
        found.add(Proof.CERTIFICATE)
    if methods >= _DEVICE_KEY:
        found.add(Proof.PASSKEY)
    return frozenset(found)


def is_fresh(auth_time: int | None, now: datetime, at_most: timedelta) -> bool:
    """Say whether the person authenticated within this time. `auth_time` in Unix seconds."""
    return auth_time is not None and now.timestamp() - auth_time <= at_most.total_seconds()


def recovery_proof(
    amr: Collection[str], auth_time: int | None, now: datetime, policy: RecoveryPolicy
) -> Proof | None:
    """Say by which proof a session replaces a forgotten password; None when by none."""
    if not is_fresh(auth_time, now, policy.max_age):
        return None
    usable = proofs_of(amr) & policy.proofs
    return min(usable, default=None)
