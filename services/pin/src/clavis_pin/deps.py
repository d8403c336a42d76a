"""What an action may use, made once by the application."""

from collections.abc import Callable
from dataclasses import dataclass

from clavis_kit.clock import Clock
from clavis_kit.db import Pool
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.messages import MessageSender
from clavis_kit.networks import Networks
from clavis_kit.pepper import Pepper

from clavis_pin.app_parts import AppParts
from clavis_pin.rules.pins import PinPolicy


@dataclass(frozen=True)
class Keys:
    """The keyed hashes of this service; each has its own key; the pepper has several."""

    national_id: KeyedHash
    contrast: KeyedHash
    pepper: Pepper


@dataclass(frozen=True)
class Deps:
    """Everything that is not a value: storage, time, chance, keys, the way to a phone."""

    pool: Pool
    clock: Clock
    new_id: Callable[[], str]
    random_bytes: Callable[[int], bytes]
    keys: Keys
    messages: MessageSender
    policy: PinPolicy
    networks: Networks
    brand: str
    app: AppParts
