"""Whom an identity number and a contrast datum name; the work is the same for nobody."""

import hmac
from dataclasses import dataclass

from clavis_kit import national_id

from clavis_pin.deps import Deps
from clavis_pin.errors import invalid_national_id
from clavis_pin.store import enrolments
from clavis_pin.store.enrolments import Holder

_NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Named:
    """What was typed, as it is counted and compared, and whom it names."""

    national_id_hash: str
    pair_hash: str
    holder: Holder | None


async def find(deps: Deps, typed_id: str, typed_contrast: str) -> Named:
    """Find the person. Raises ServiceError for what is no identity number."""
    try:
        canonical_id = national_id.normalise(typed_id)
    except national_id.NationalIdError as error:
        raise invalid_national_id() from error
    national_id_hash = deps.keys.national_id.of(canonical_id)
    found = await enrolments.find_holder(deps.pool, national_id_hash)
    contrast = national_id.normalise_contrast(canonical_id, typed_contrast) or ""
    expected = found.contrast_hash if found else ""
    actual = deps.keys.contrast.bound(found.subject_id if found else _NOBODY, contrast)
    holder = found if hmac.compare_digest(actual, expected) else None
    return Named(national_id_hash, deps.app.hash.bound(national_id_hash, contrast), holder)
