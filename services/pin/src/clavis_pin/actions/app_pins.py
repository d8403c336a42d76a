"""A PIN for the app: sealed to the device before it is stored, so that no clear PIN ever is.

The one who issues a PIN reads the active device with the person (`device_id`, `encryption_key` of
table `device`), seals here, stores `app_device_id` and `app_sealed` with the PIN in one statement,
and then announces it.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from clavis_pin import device_keys


@dataclass(frozen=True, slots=True)
class AppDevice:
    """The person's active device, as far as a PIN needs it."""

    device_id: str
    encryption_key: dict[str, str]


@dataclass(frozen=True, slots=True)
class AppPin:
    """What the app shows: the PIN and where it is meant to be typed."""

    pin_request_id: str
    pin: str
    relying_party: str
    expires_at: datetime


def seal_pin(device: AppDevice, pin: AppPin) -> str:
    """Return the PIN as a JWE that only this device opens."""
    document = {
        "pin_request_id": pin.pin_request_id,
        "pin": pin.pin,
        "relying_party": pin.relying_party,
        "expires_at": pin.expires_at.isoformat(),
    }
    return device_keys.seal(json.dumps(document).encode(), device.encryption_key)
