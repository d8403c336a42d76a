"""Waking the app. A message says only what kind of thing waits; the app asks for the rest."""

import json

from clavis_kit.errors import ServiceError

from clavis_pin.deps import Deps
from clavis_pin.push.encryption import SubscriptionError, read_keys
from clavis_pin.push.port import PushOutcome
from clavis_pin.rules.push_addresses import push_host
from clavis_pin.store import app_upkeep
from clavis_pin.store.app_upkeep import Subscription

LOGIN, PIN = "login", "pin"


def check_subscription(subscription: Subscription) -> None:
    """Refuse an address or keys that are none. Raises ServiceError."""
    try:
        read_keys(subscription.public_key, subscription.auth)
    except SubscriptionError as error:
        raise invalid_subscription() from error
    if push_host(subscription.endpoint) is None:
        raise invalid_subscription()


def invalid_subscription() -> ServiceError:
    """Refuse where a device would be woken."""
    return ServiceError("invalid-subscription", 422, "The push subscription is not valid.")


def announce(deps: Deps, subject_id: str, kind: str, ttl_seconds: int) -> None:
    """Wake the person's devices; nobody waits for it."""
    deps.app.errands.run(_wake(deps, subject_id, kind, ttl_seconds))


async def _wake(deps: Deps, subject_id: str, kind: str, ttl_seconds: int) -> None:
    message = json.dumps({"kind": kind}).encode()
    for subscription in await app_upkeep.subscriptions_of(deps.pool, subject_id):
        outcome = await deps.app.push.send(subscription, message, ttl_seconds=ttl_seconds)
        if outcome is PushOutcome.GONE:
            await app_upkeep.drop_subscription(
                deps.pool, subscription.device_id, subscription.endpoint
            )
