"""The answer to a notice, "it was not me": every method of the person stops, here and at once."""

import hmac

from clavis_kit.ids import is_id
from clavis_kit.metrics import OUTCOMES

from clavis_permanent import events
from clavis_permanent.deps import Deps
from clavis_permanent.events import Occurrence
from clavis_permanent.rules.facts import Fact, FactKind, Proof
from clavis_permanent.store import notices, projection
from clavis_permanent.store.facts import record_fact


async def may_report(deps: Deps, token: str) -> bool:
    """Say whether a token would still be taken; it is not used up."""
    notice_id = _notice_of(deps, token)
    if notice_id is None:
        return False
    since = deps.clock.now() - deps.policies.notice.answerable
    return await notices.find_answerable(deps.pool, notice_id, since) is not None


async def report(deps: Deps, token: str) -> bool:
    """Freeze the person whose notice this token answers, once; False when it is none of ours."""
    notice_id = _notice_of(deps, token)
    frozen = notice_id is not None and await _freeze(deps, notice_id)
    OUTCOMES.labels("fraud_report", "frozen" if frozen else "invalid").inc()
    return frozen


def _notice_of(deps: Deps, token: str) -> str | None:
    notice_id, _, proof = token.partition(".")
    genuine = deps.keys.notice.candidates("report", notice_id)
    known = [hmac.compare_digest(proof.encode(), candidate.encode()) for candidate in genuine]
    return notice_id if any(known) and is_id(notice_id) else None


async def _freeze(deps: Deps, notice_id: str) -> bool:
    now = deps.clock.now()
    since = now - deps.policies.notice.answerable
    async with deps.pool.acquire() as db, db.transaction():
        subject_id = await notices.answer(db, notice_id, since, now)
        if subject_id is None:
            return False
        await projection.report_person(db, subject_id, now)
        await projection.void_pending(db, subject_id, now)
        fact = Fact(subject_id, FactKind.FRAUD_REPORTED, now, Proof.NOTICE)
        about = Occurrence(deps.new_id(), subject_id, now)
        await record_fact(db, fact, deps.new_id, events.fraud_reported(about))
    return True
