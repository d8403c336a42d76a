"""Takes documents in, shows them and hands them out; forgets them in time."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath, PureWindowsPath
from typing import TypeVar

from clavis_signing.actions.readiness import Readiness, assess
from clavis_signing.deps import Deps
from clavis_signing.errors import (
    DocumentRefused,
    DocumentTooLarge,
    page_not_found,
    too_many_documents,
    transaction_gone,
    transaction_not_found,
)
from clavis_signing.pdf import isolated
from clavis_signing.pdf.faults import Fault
from clavis_signing.store.certificates import CertificateStore, CertificateView
from clavis_signing.store.transactions import Transaction, TransactionStore

Shown = TypeVar("Shown", bytes, str)
NAME_MAX = 120
PDF = "application/pdf"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Upload:
    """A file as it arrived."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Opened:
    """A document taken in, and what stands between its owner and a signature."""

    transaction: Transaction
    readiness: Readiness


@dataclass(frozen=True)
class Delivery:
    """A signed document on its way out."""

    name: str
    content: bytes


async def open_transaction(deps: Deps, subject_id: str, upload: Upload) -> Opened:
    """Check a document and keep exactly these bytes. Raises DocumentRefused or TooLarge."""
    async with deps.pool.acquire() as db:
        readiness = await assess(deps, db, subject_id)
        kept = await TransactionStore(db).count_kept(subject_id)
    if kept >= deps.settings.documents_per_citizen:
        raise too_many_documents()
    pages = await _inspect(deps, upload)
    now = deps.clock.now()
    transaction = Transaction(
        transaction_id=deps.new_id(),
        subject_id=subject_id,
        state="ready",
        document_name=clean_name(upload.name),
        size_bytes=len(upload.content),
        page_count=pages,
        sha256=hashlib.sha256(upload.content).hexdigest(),
        created_at=now,
        expires_at=now + timedelta(hours=deps.settings.document_kept_hours),
    )
    async with deps.pool.acquire() as db, db.transaction():
        await TransactionStore(db).insert(transaction, upload.content)
    return Opened(transaction, readiness)


async def _inspect(deps: Deps, upload: Upload) -> int:
    if len(upload.content) > deps.settings.document_max_bytes:
        raise DocumentTooLarge(deps.settings.document_max_bytes)
    if upload.media_type != PDF:
        raise DocumentRefused(Fault.NOT_PDF)
    inspection = await deps.pools.pdf.run(isolated.inspect, upload.content)
    if inspection.fault is not None:
        raise DocumentRefused(inspection.fault)
    if inspection.pages > deps.settings.document_max_pages:
        raise DocumentRefused(Fault.TOO_MANY_PAGES)
    return inspection.pages


def clean_name(name: str) -> str:
    """Keep the last part of a path, without control or direction characters, cut to length."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    return _CONTROLS.sub("", last).strip()[:NAME_MAX] or "document.pdf"


async def load(deps: Deps, subject_id: str, transaction_id: str) -> Transaction:
    """Read a person's transaction. Raises transaction-not-found or identity-ended."""
    async with deps.pool.acquire() as db:
        await assess(deps, db, subject_id)
        transaction = await TransactionStore(db).get(transaction_id, subject_id)
    if transaction is None:
        raise transaction_not_found()
    return transaction


async def page_image(deps: Deps, subject_id: str, transaction_id: str, number: int) -> bytes:
    """Draw a page as PNG, from the very bytes that will be signed."""
    document = await _page_source(deps, subject_id, transaction_id, number)
    return await _shown(deps, isolated.render_page, document, number)


async def page_text(deps: Deps, subject_id: str, transaction_id: str, number: int) -> str:
    """Extract the text of a page, from the very bytes that will be signed."""
    document = await _page_source(deps, subject_id, transaction_id, number)
    return await _shown(deps, isolated.page_text, document, number)


async def _shown(
    deps: Deps, show: Callable[[bytes, int], Shown], document: bytes, number: int
) -> Shown:
    try:
        return await deps.pools.pdf.run(show, document, number)
    except isolated.WorkerFailed as failure:
        raise DocumentRefused(failure.fault) from failure


async def _page_source(deps: Deps, subject_id: str, transaction_id: str, number: int) -> bytes:
    transaction = await load(deps, subject_id, transaction_id)
    if not 1 <= number <= transaction.page_count:
        raise page_not_found()
    return await content(deps, transaction, "original")


async def content(deps: Deps, transaction: Transaction, kind: str) -> bytes:
    """Read the bytes of a document. Raises document-gone when they are no longer kept."""
    async with deps.pool.acquire() as db:
        found = await TransactionStore(db).content(transaction.transaction_id, kind)
    if found is None or deps.clock.now() >= transaction.expires_at:
        raise transaction_gone()
    return found


async def deliver_signed(deps: Deps, subject_id: str, transaction_id: str) -> Delivery:
    """Read the signed document and note that it is on its way."""
    transaction = await signed_transaction(deps, subject_id, transaction_id)
    signed = await content(deps, transaction, "signed")
    async with deps.pool.acquire() as db:
        await TransactionStore(db).mark_delivered(transaction_id, deps.clock.now())
    return Delivery(transaction.document_name or "", signed)


async def signed_transaction(deps: Deps, subject_id: str, transaction_id: str) -> Transaction:
    """Read a transaction that was signed; any other is not found."""
    transaction = await load(deps, subject_id, transaction_id)
    if transaction.state != "signed":
        raise transaction_not_found()
    return transaction


async def certificates(deps: Deps, subject_id: str) -> list[CertificateView]:
    """List what a person holds and held."""
    async with deps.pool.acquire() as db:
        await assess(deps, db, subject_id)
        return await CertificateStore(db).of_person(subject_id)


async def purge(deps: Deps) -> int:
    """Forget documents delivered a while ago or never fetched; count them."""
    now = deps.clock.now()
    delivered_before = now - timedelta(minutes=deps.settings.delivered_kept_minutes)
    async with deps.pool.acquire() as db, db.transaction():
        return await TransactionStore(db).purge(now, delivered_before)
