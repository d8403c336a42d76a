"""How often things of the app may be asked for: by person, by network, by device."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_kit.networks import network_of

from clavis_pin.deps import Deps
from clavis_pin.store import app_upkeep

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limited:
    """Too many; the next is admitted at `retry_at`."""

    retry_at: datetime


async def admit(
    deps: Deps, kind: str, name: str, limit: int, window: timedelta = HOUR
) -> Limited | None:
    """Count once for a name of a kind; a Limited when the hour, or another window, is full."""
    key = f"{kind}:{deps.app.hash.bound(kind, name)}"
    now = deps.clock.now()
    retry_at = await app_upkeep.admit(deps.pool, key, deps.new_id(), now, window, limit)
    return Limited(retry_at) if retry_at else None


async def admit_source(deps: Deps, kind: str, source: str | None, limit: int) -> Limited | None:
    """Count once for the network of an address; what cannot be read is not counted."""
    network = network_of(source, deps.networks)
    return await admit(deps, f"{kind}-source", network, limit) if network else None
