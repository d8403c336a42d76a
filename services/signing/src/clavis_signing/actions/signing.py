"""A signature: the citizen reviews, proves password and phone, and signs once."""

from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509

from clavis_signing import rules
from clavis_signing.actions import certificates, publication
from clavis_signing.actions.certificates import OpenCredential
from clavis_signing.actions.documents import content, load
from clavis_signing.actions.readiness import (
    Readiness,
    assess,
    evidence_of,
    find_obstacles,
    must_issue,
)
from clavis_signing.clients import (
    CertificateHolder,
    OtpRequest,
    OtpRequested,
    OtpVerdict,
    PasswordVerdict,
)
from clavis_signing.deps import Deps
from clavis_signing.errors import (
    NotEligible,
    identity_ended,
    not_reviewed,
    policies_not_accepted,
    transaction_conflict,
    transaction_gone,
)
from clavis_signing.pdf import signature
from clavis_signing.pki import ocsp
from clavis_signing.rules import Obstacle
from clavis_signing.store.certificates import CertificateStore
from clavis_signing.store.people import PeopleStore
from clavis_signing.store.transactions import Transaction, TransactionStore


class SignVerdict(StrEnum):
    """How an attempt to sign ended. Which of the two secrets was wrong is not told."""

    SIGNED = "signed"
    WRONG = "wrong"
    LOCKED = "locked"
    EXPIRED = "expired"


@dataclass(frozen=True)
class SignOutcome:
    """The verdict and, when signed, the certificate used."""

    verdict: SignVerdict
    certificate_serial: str | None = None


_PASSWORD = {
    PasswordVerdict.WRONG: SignVerdict.WRONG,
    PasswordVerdict.LOCKED: SignVerdict.LOCKED,
}
_OTP = {
    OtpVerdict.WRONG: SignVerdict.WRONG,
    OtpVerdict.LOCKED: SignVerdict.LOCKED,
    OtpVerdict.EXPIRED: SignVerdict.EXPIRED,
    OtpVerdict.USED: SignVerdict.EXPIRED,
}


def binding(transaction: Transaction) -> str:
    """Compose what a one-time code is good for: this transaction over these bytes."""
    return f"{transaction.transaction_id}:{transaction.sha256}"


async def challenge(
    deps: Deps,
    subject_id: str,
    transaction_id: str,
    *,
    reviewed: bool,
    policies_accepted: bool,
    language: str,
) -> OtpRequested:
    """Send the code that signs this document and no other. Raises NotEligible and the like."""
    if not reviewed:
        raise not_reviewed()
    transaction = await _unsigned(deps, subject_id, transaction_id)
    readiness = await _ready(deps, subject_id)
    if readiness.will_issue and not policies_accepted:
        raise policies_not_accepted()
    requested = await deps.permanent.request_otp(
        OtpRequest(
            subject_id=subject_id,
            bound_to=binding(transaction),
            relying_party=deps.settings.brand,
            detail=rules.short_code(transaction.sha256),
            language=language,
        )
    )
    if requested.outcome == "sent" and requested.otp_id:
        await _bind(deps, transaction, requested.otp_id, policies_accepted=policies_accepted)
    return requested


async def _bind(
    deps: Deps, transaction: Transaction, otp_id: str, *, policies_accepted: bool
) -> None:
    async with deps.pool.acquire() as db:
        bound = await TransactionStore(db).challenge(
            transaction.transaction_id,
            otp_id,
            policies_accepted=policies_accepted,
            now=deps.clock.now(),
        )
    if not bound:
        raise transaction_conflict()


async def sign(
    deps: Deps, subject_id: str, transaction_id: str, *, password: str, otp: str
) -> SignOutcome:
    """Sign the document if both secrets are right. A wrong one is an answer, not an error.

    1. The password is judged, and opens the key if there is one that it can open.
    2. Who needs a certificate is looked up, before the code is spent.
    3. The code, bound to these bytes, is judged and spent.
    4. One attempt claims the transaction; it signs, or gives the claim back.
    """
    transaction = await _unsigned(deps, subject_id, transaction_id)
    if transaction.state != "challenged" or transaction.otp_id is None:
        raise transaction_conflict()
    readiness = await _ready(deps, subject_id)
    verdict = await deps.permanent.check_password(subject_id, password)
    if verdict is PasswordVerdict.INACTIVE:
        raise NotEligible([Obstacle.PASSWORD_INACTIVE])
    if verdict is not PasswordVerdict.ACCEPTED:
        return SignOutcome(_PASSWORD[verdict])
    opened = await _open(deps, readiness, password)
    holder = await _future_holder(deps, transaction, readiness, opened)
    otp_verdict = await deps.permanent.judge_otp(
        transaction.otp_id, otp, bound_to=binding(transaction), subject_id=subject_id
    )
    if otp_verdict is not OtpVerdict.ACCEPTED:
        return SignOutcome(_OTP[otp_verdict])
    return await _claim_and_sign(deps, transaction, readiness, opened, holder, password)


async def _unsigned(deps: Deps, subject_id: str, transaction_id: str) -> Transaction:
    transaction = await load(deps, subject_id, transaction_id)
    if transaction.state == "signed":
        raise transaction_conflict()
    if deps.clock.now() >= transaction.expires_at:
        raise transaction_gone()
    return transaction


async def _ready(deps: Deps, subject_id: str) -> Readiness:
    async with deps.pool.acquire() as db:
        readiness = await assess(deps, db, subject_id)
    if readiness.obstacles:
        raise NotEligible(readiness.obstacles)
    return readiness


async def _open(deps: Deps, readiness: Readiness, password: str) -> OpenCredential | None:
    if readiness.credential is None:
        return None
    return await certificates.open_key(deps, readiness.credential, password)


async def _future_holder(
    deps: Deps, transaction: Transaction, readiness: Readiness, opened: OpenCredential | None
) -> CertificateHolder | None:
    """Look up who a new certificate would be about; None when the one in hand will do."""
    evidence, credential, now = readiness.evidence, readiness.credential, deps.clock.now()
    if not must_issue(deps, evidence, credential, now, opens=opened is not None):
        return None
    # Who holds a certificate already accepted these policies once.
    if not transaction.policies_accepted and credential is None:
        raise policies_not_accepted()
    holder = await deps.registry.certificate_holder(transaction.subject_id)
    obstacles = find_obstacles(deps, evidence_of(holder, now), now)
    if obstacles:
        raise NotEligible(obstacles)
    return holder


async def _claim_and_sign(
    deps: Deps,
    transaction: Transaction,
    readiness: Readiness,
    opened: OpenCredential | None,
    holder: CertificateHolder | None,
    password: str,
) -> SignOutcome:
    claim_id = deps.new_id()
    async with deps.pool.acquire() as db:
        claimed = await TransactionStore(db).claim(
            transaction.transaction_id, transaction.otp_id or "", claim_id, deps.clock.now()
        )
    if not claimed:
        raise transaction_conflict()
    try:
        if holder is not None or opened is None:
            opened = await _replace(deps, transaction.subject_id, readiness, holder, password)
        await _sign_and_store(deps, transaction, claim_id, opened)
    except Exception:
        async with deps.pool.acquire() as db:
            await TransactionStore(db).release(transaction.transaction_id, claim_id)
        raise
    return SignOutcome(SignVerdict.SIGNED, opened.credential.serial_number)


async def _replace(
    deps: Deps,
    subject_id: str,
    readiness: Readiness,
    holder: CertificateHolder | None,
    password: str,
) -> OpenCredential:
    if holder is None:
        raise ValueError("a certificate needs a holder")
    if readiness.credential is not None:
        # The old key is gone before the new one exists.
        await certificates.retire(deps, subject_id, readiness.credential)
    evidence = evidence_of(holder, deps.clock.now())
    return await certificates.issue(deps, subject_id, holder.holder, evidence, password)


async def _sign_and_store(
    deps: Deps, transaction: Transaction, claim_id: str, opened: OpenCredential
) -> None:
    document = await content(deps, transaction, "original")
    signing_time = deps.clock.now().replace(microsecond=0)
    signed = await deps.pools.keys.run(
        signature.sign,
        document,
        key=opened.key,
        chain=await _chain(deps, opened.credential.certificate),
        field_name=f"Clavis-{transaction.transaction_id}",
        signing_time=signing_time,
    )
    serial = opened.credential.serial_number
    async with deps.pool.acquire() as db, db.transaction():
        # Held until the commit: whoever was revoked while the pen moved gets no signature.
        in_force = await PeopleStore(db).hold_registered(transaction.subject_id)
        if not in_force or not await CertificateStore(db).hold_active(serial):
            raise identity_ended()
        stored = await TransactionStore(db).complete(
            transaction.transaction_id, claim_id, serial, signed, signing_time
        )
    if not stored:
        raise transaction_conflict()


async def _chain(deps: Deps, certificate: x509.Certificate) -> signature.Chain:
    """Gather what lets anybody check the signature later without asking us."""
    issuer = deps.authority.certificate
    now = deps.clock.now().replace(microsecond=0)
    answer = ocsp.answer(
        deps.responder.current(now),
        ocsp.ask(certificate, issuer),
        ocsp.CertificateStatus(),
        now,
    )
    crl = await publication.current_crl(deps)
    root_crl = deps.authority.root_crl()
    crls = (crl.content, root_crl) if root_crl else (crl.content,)
    return signature.Chain(certificate, issuer, deps.authority.root, answer, crls)
