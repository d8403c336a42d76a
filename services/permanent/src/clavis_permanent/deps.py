"""What an action may use, made once by the application."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from clavis_kit import national_id
from clavis_kit.clock import Clock
from clavis_kit.db import Pool
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.messages import MessageSender
from clavis_kit.networks import network_of

from clavis_permanent.authenticators import Authenticators
from clavis_permanent.breached import BreachedPasswords
from clavis_permanent.errors import invalid_national_id
from clavis_permanent.passwords import Passwords
from clavis_permanent.peppers import KeyRing
from clavis_permanent.rules import ActivationPolicy, OtpPolicy, PasswordPolicy
from clavis_permanent.rules.notices import NoticePolicy
from clavis_permanent.rules.proofs import RecoveryPolicy
from clavis_permanent.rules.sources import SourcePolicy
from clavis_permanent.store.logins import DECOY_SLOTS
from clavis_permanent.store.sources import Visit

# Stands for the person who does not exist, so that the work is the same.
NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Keys:
    """The keyed hashes this service computes."""

    national_id: KeyedHash
    activation_code: KeyedHash
    name: KeyedHash
    otp: KeyRing
    notice: KeyRing


@dataclass(frozen=True)
class Policies:
    """The numbers an operator may set."""

    password: PasswordPolicy
    otp: OtpPolicy
    activation: ActivationPolicy
    notice: NoticePolicy
    recovery: RecoveryPolicy
    sources: SourcePolicy


@dataclass(frozen=True)
class Deps:
    """Everything that is not a value: storage, time, chance, keys, the way to a phone."""

    pool: Pool
    clock: Clock
    new_id: Callable[[], str]
    random_below: Callable[[int], int]
    keys: Keys
    passwords: Passwords
    messages: MessageSender
    policies: Policies
    authenticators: Authenticators
    breached: BreachedPasswords
    brand: str
    otp_domain: str | None
    pages_url: str
    history_kept: timedelta


def national_id_hash_of(deps: Deps, typed: str) -> str:
    """Return the keyed hash of a typed identity number. Raises ServiceError 422."""
    try:
        return deps.keys.national_id.of(national_id.normalise(typed))
    except national_id.NationalIdError as error:
        raise invalid_national_id() from error


def decoy_slot(keyed_hash: str) -> int:
    """Choose the decoy row that is written in place of a credential."""
    return int(keyed_hash[:8], 16) % DECOY_SLOTS


def visit_from(deps: Deps, source: str | None) -> Visit:
    """Make what counts an attempt from a network address; what cannot be read is not counted."""
    policy = deps.policies.sources
    network = network_of(source, policy.networks)
    hashed = deps.keys.national_id.bound("source", network) if network else None
    return Visit(hashed, deps.new_id(), deps.clock.now(), policy.drip)
