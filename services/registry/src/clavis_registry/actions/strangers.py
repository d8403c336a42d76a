"""People without a session: what they type, and how often they may.

Nothing here may tell whether a number is anybody's: every branch does the same work, in the same
statements, and gives the same answer (ENS op.acc.5; NIST SP 800-63B section 5.2.2 on throttles).
"""

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_kit.national_id import normalise_contrast

from clavis_registry.actions.shared import canonical_id
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identity import Document, contrast_datum
from clavis_registry.rules.life import Life, enrolment_effect
from clavis_registry.rules.person import Channel, EnrolmentEffect, is_minor
from clavis_registry.store import Unit
from clavis_registry.store.letter_requests import OnRecord

WINDOW = timedelta(hours=1)
_NOBODYS_DATUM = "0000-00-00"


@dataclass(frozen=True)
class Stranger:
    """Whom somebody claims to be, in hashes; `national_id` is as typed, in canonical form."""

    national_id: str
    national_id_hash: str
    contrast_hash: str


def stranger(deps: Deps, typed_id: str, typed_contrast: str) -> Stranger:
    """Read what was typed. Raises wrong-format, wrong-check-letter or contrast-invalid."""
    national_id = canonical_id(typed_id)
    contrast = normalise_contrast(national_id, typed_contrast)
    if contrast is None:
        raise refuse("contrast-invalid")
    national_id_hash = deps.keys.national_id.of(national_id)
    return Stranger(national_id, national_id_hash, _contrast_hash(deps, national_id_hash, contrast))


def _contrast_hash(deps: Deps, national_id_hash: str, contrast: str) -> str:
    return deps.keys.contrast.bound(national_id_hash, contrast)


def knows_document(deps: Deps, national_id: str | None, who: Stranger, record: OnRecord) -> bool:
    """Say whether the datum is that of a document on record; nobody's costs the same work."""
    data = [_datum(national_id, document) for document in record.documents[:2]]
    data += [_NOBODYS_DATUM] * (2 - len(data))
    hashes = [_contrast_hash(deps, who.national_id_hash, datum) for datum in data]
    return any([hmac.compare_digest(hashed, who.contrast_hash) for hashed in hashes])  # noqa: C419  all of them


def _datum(national_id: str | None, document: Document) -> str:
    return contrast_datum(national_id, document) if national_id else _NOBODYS_DATUM


# ENS op.acc.5: the same statements take a little longer where they find a row. An answer that
# leaves on a beat much longer than the work shows only that the work fitted into it.
@asynccontextmanager
async def on_a_beat(deps: Deps) -> AsyncIterator[None]:
    """Hold whatever is answered, a refusal too, until the next beat since the beginning."""
    loop, beat = asyncio.get_running_loop(), deps.settings.strangers_beat_ms / 1000
    begun = loop.time()
    try:
        yield
    finally:
        if beat:
            await asyncio.sleep(beat - (loop.time() - begun) % beat)


async def charge(deps: Deps, unit: Unit, who: Stranger) -> datetime | None:
    """Count a try; return until when there are too many, or None."""
    now = deps.clock.now()
    tries, until = await unit.tries.charge(who.national_id_hash, WINDOW, now)
    return until if tries > deps.settings.way_in_tries_per_hour else None


def may_enter(deps: Deps, record: OnRecord, life: Life, channel: Channel) -> bool:
    """Say whether a person of full age can come in by this channel now."""
    effect = enrolment_effect(life, channel)
    if record.deceased or record.birth_date is None or not isinstance(effect, EnrolmentEffect):
        return False
    return not is_minor(record.birth_date, deps.day_of(deps.clock.now()))
