"""The receipt of a signature: who signed what, when, with which certificate (PDF/UA)."""

from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from clavis_signing import rules, texts
from clavis_signing.actions.documents import signed_transaction
from clavis_signing.deps import Deps
from clavis_signing.errors import transaction_gone
from clavis_signing.store.certificates import CertificateStore
from clavis_signing.store.transactions import Transaction

TEMPLATE = "receipt.typ"


async def compose(deps: Deps, subject_id: str, transaction_id: str, language: str) -> bytes:
    """Compose the receipt in Spanish or English. It goes when the document's name goes."""
    transaction = await signed_transaction(deps, subject_id, transaction_id)
    async with deps.pool.acquire() as db:
        certificate = await CertificateStore(db).certificate(transaction.certificate_serial or "")
    if certificate is None or transaction.document_name is None:
        raise transaction_gone()
    spoken = language if language in texts.LANGUAGES else texts.LANGUAGES[0]
    data = receipt_data(transaction, certificate, brand=deps.settings.brand, language=spoken)
    return await deps.documents.render_pdf(TEMPLATE, data)


def receipt_data(
    transaction: Transaction, certificate: x509.Certificate, *, brand: str, language: str
) -> dict[str, Any]:
    """Gather what the template shows: three lists of label and value."""
    text = texts.RECEIPT[language]
    signed_at = transaction.signed_at
    values = {
        "signer": f"{_of(certificate, NameOID.GIVEN_NAME)} {_of(certificate, NameOID.SURNAME)}",
        "national_id": _of(certificate, NameOID.SERIAL_NUMBER).removeprefix("IDCES-"),
        "signed_at": signed_at.strftime("%Y-%m-%d %H:%M:%S") if signed_at else "",
        "short_code": rules.short_code(transaction.sha256),
        "reference": transaction.transaction_id,
        "name": transaction.document_name or "",
        "pages": str(transaction.page_count),
        "size": str(transaction.size_bytes),
        "serial": rules.serial_text(certificate.serial_number),
        "issuer": _of(certificate, NameOID.COMMON_NAME, issuer=True),
        "not_after": certificate.not_valid_after_utc.strftime("%Y-%m-%d"),
    }

    def rows(*names: str) -> list[list[str]]:
        return [[text[name], values[name]] for name in names]

    return {
        "brand": brand,
        "language": language,
        "text": text,
        "sha256": transaction.sha256,
        "signature": rows("signer", "national_id", "signed_at", "short_code", "reference"),
        "document": rows("name", "pages", "size"),
        "certificate": rows("serial", "issuer", "not_after"),
    }


def _of(certificate: x509.Certificate, oid: x509.ObjectIdentifier, *, issuer: bool = False) -> str:
    name = certificate.issuer if issuer else certificate.subject
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
