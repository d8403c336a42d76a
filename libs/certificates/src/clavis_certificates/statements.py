"""The statements of a qualified certificate (RFC 3739 section 3.2.6, ETSI EN 319 412-5)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from pyhanko.sign.ades.qualified_asn1 import QcCertificateType, QcStatements

_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")


@dataclass(frozen=True, slots=True)
class Statements:
    """What the issuer states; nothing of it holds unless the issuer is trusted to."""

    qualified: bool = False
    """It is a qualified certificate (QcCompliance)."""
    qualified_device: bool = False
    """The key lives in a qualified device (QcSSCD)."""
    types: tuple[str, ...] = ()
    """For signatures, seals or websites (QcType), as dotted identifiers."""


def read_statements(certificate: x509.Certificate) -> Statements:
    """Read the statements; none where the extension is missing. Raises ValueError."""
    try:
        extension = certificate.extensions.get_extension_for_oid(_QC_STATEMENTS).value
    except x509.ExtensionNotFound:
        return Statements()
    if not isinstance(extension, x509.UnrecognizedExtension):
        return Statements()
    stated = {
        item["statement_id"].native: item["statement_info"]
        for item in QcStatements.load(extension.value, strict=True)
    }
    kinds: QcCertificateType | tuple[()] = stated.get("qc_type", ())
    return Statements(
        qualified="qc_compliance" in stated,
        qualified_device="qc_sscd" in stated,
        types=tuple(kind.dotted for kind in kinds),
    )
