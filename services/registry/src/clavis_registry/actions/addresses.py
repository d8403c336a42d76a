"""Where letters go, as registers tell it. Who is on record reads in the history that it changed.

No event goes out: nobody but the registry keeps the address.
"""

from clavis_registry.deps import Deps
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor
from clavis_registry.store.postal import PostalAddress


async def keep_address(
    deps: Deps, unit: Unit, national_id_hash: str, address: PostalAddress, source: str
) -> bool:
    """Keep an address; False when it is the one already kept."""
    now = deps.clock.now()
    changed = await unit.postal_addresses.put(national_id_hash, address, source, now)
    if changed:
        await _trace(deps, unit, national_id_hash, source)
    return changed


async def forget_address(deps: Deps, unit: Unit, national_id_hash: str, source: str) -> bool:
    """Forget an address; False when there was none."""
    gone = await unit.postal_addresses.remove(national_id_hash)
    if gone:
        await _trace(deps, unit, national_id_hash, source)
    return gone


async def _trace(deps: Deps, unit: Unit, national_id_hash: str, source: str) -> None:
    person = await unit.persons.by_hash(national_id_hash)
    if person is None:
        return
    now, subject_id = deps.clock.now(), person.subject_id
    await unit.evidence.add(subject_id, "address-change", {"source": source}, now)
    await unit.evidence.audit(subject_id, Actor("operator"), "address-changed", now)
