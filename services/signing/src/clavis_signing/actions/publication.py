"""What the world may ask of our certificates: the revocation list and OCSP."""

from datetime import timedelta

from cryptography.x509.ocsp import OCSPResponseStatus

from clavis_signing.deps import Deps
from clavis_signing.pki import crl, ocsp
from clavis_signing.rules import serial_text
from clavis_signing.store.certificates import CertificateStore, PublishedCrl


async def publish_crl(deps: Deps) -> bool:
    """Publish a new list if a revocation is not listed yet or the last one is old; say whether.

    Processes take turns, so numbers rise without a gap however many publish at once.
    """
    settings = deps.settings
    async with deps.pool.acquire() as db, db.transaction():
        store = CertificateStore(db)
        await store.lock_lists()
        now = deps.clock.now().replace(microsecond=0)
        latest = await store.latest_list()
        fresh = latest and now < latest.this_update + timedelta(hours=settings.crl_hours)
        if fresh and not await store.has_unlisted():
            return False
        entries = await store.revoked()
        number = latest.number + 1 if latest else 1
        next_update = now + timedelta(hours=settings.crl_life_hours)
        content = await deps.pools.keys.run(
            crl.build,
            deps.authority,
            entries,
            number=number,
            this_update=now,
            next_update=next_update,
        )
        await store.publish_list(PublishedCrl(number, content, now), next_update, entries)
    return True


async def crl_is_due(deps: Deps) -> bool:
    """Look, without taking turns, whether a new list is needed."""
    async with deps.pool.acquire() as db:
        store = CertificateStore(db)
        if await store.has_unlisted():
            return True
        latest = await store.latest_list_time()
    age_limit = timedelta(hours=deps.settings.crl_hours)
    return latest is None or deps.clock.now() >= latest + age_limit


async def current_crl(deps: Deps) -> PublishedCrl:
    """Return the list in force; the first one is made when nobody asked before."""
    async with deps.pool.acquire() as db:
        latest = await CertificateStore(db).latest_list()
    if latest is None:
        await publish_crl(deps)
        return await current_crl(deps)
    return latest


async def answer_ocsp(deps: Deps, body: bytes) -> bytes:
    """Answer a request about one certificate; errors are answers too (RFC 6960 section 2.3)."""
    question = ocsp.parse(body)
    if question is None:
        return ocsp.refuse(OCSPResponseStatus.MALFORMED_REQUEST)
    if not ocsp.is_about(question, deps.authority):
        return ocsp.refuse(OCSPResponseStatus.UNAUTHORIZED)
    async with deps.pool.acquire() as db:
        status = await CertificateStore(db).status(serial_text(question.serial_number))
    now = deps.clock.now().replace(microsecond=0)
    return ocsp.answer(deps.responder.current(now), question, status, now)
