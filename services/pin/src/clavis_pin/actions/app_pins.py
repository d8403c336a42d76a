"""A PIN for the app: it leaves this service only sealed to the device that will show it."""

import json

from clavis_pin import device_keys
from clavis_pin.actions import pins
from clavis_pin.deps import Deps
from clavis_pin.store.devices import Device


async def sealed_pin(deps: Deps, device: Device) -> str | None:
    """Return the PIN that waits for the person as a JWE for this device, or None.

    Whoever carries the answer, the portal's backend among them, cannot read it.
    """
    waiting = await pins.waiting_pin(deps, device.subject_id or "")
    if waiting is None:
        return None
    document = {
        "pin": waiting.pin,
        "relying_party": waiting.relying_party,
        "sent_at": waiting.sent_at.isoformat(),
        "expires_at": waiting.expires_at.isoformat(),
    }
    return device_keys.seal(json.dumps(document).encode(), device.encryption_key)
