"""An EU trusted list (ETSI TS 119 612): who issues qualified certificates, and since when.

pyHanko parses the list and decides what a certificate is qualified for, signxml verifies the
signature; here their answers are put together. Only what the signature covers is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509
from lxml import etree
from prometheus_client import Gauge
from pyhanko.sign.validation.qualified.assess import QualificationAssessor
from pyhanko.sign.validation.qualified.eutl_parse import read_qualified_service_definitions
from pyhanko.sign.validation.qualified.tsp import (
    CAServiceInformation,
    QcCertType,
    TSPRegistry,
)
from pyhanko_certvalidator.path import ValidationPath
from signxml.algorithms import SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from clavis_certificates.path import NoAnchorsError, TrustStore, read_certificates

MAX_BYTES = 32 * 1024 * 1024
_TSL = "{http://uri.etsi.org/02231/v2#}"
_NEXT_UPDATE = Gauge(
    "clavis_trusted_list_next_update_timestamp",
    "When the trusted list in force must have been replaced, Unix time",
)
# ETSI TS 119 312 section 8: what a signature of today may use.
_SIGNATURES = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)


class TrustedListError(NoAnchorsError):
    """The list cannot be read, or is signed by nobody who may sign it."""


@dataclass(frozen=True, slots=True)
class TrustedList:
    """What a verified list says."""

    territory: str
    sequence: int
    issued_at: datetime
    next_update: datetime | None
    """None closes the list: it will not be replaced (clause 5.3.15)."""
    services: tuple[CAServiceInformation, ...]
    """CA/QC services while they were granted, past periods included."""

    def overdue(self, now: datetime) -> bool:
        """Say whether the list should have been replaced by now."""
        return self.next_update is None or now > self.next_update


def read_trusted_list(
    content: bytes, operators: Sequence[x509.Certificate], now: datetime
) -> TrustedList:
    """Verify and read a list. Blocking. Raises TrustedListError.

    `operators` are the certificates of scheme operators that may sign it: in the EU those that the
    list of the lists points to.
    """
    signed, operator = _verified(content, operators, now)
    scheme = signed.find(f"{_TSL}SchemeInformation")
    try:
        read = TrustedList(
            territory=_text(scheme, "SchemeTerritory"),
            sequence=int(_text(scheme, "TSLSequenceNumber")),
            issued_at=datetime.fromisoformat(_text(scheme, "ListIssueDateTime")),
            next_update=_next_update(scheme),
            services=tuple(_granted(etree.tostring(signed, encoding="unicode"))),
        )
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise TrustedListError(f"the trusted list cannot be read: {error}") from error
    if not operator.not_valid_before_utc <= read.issued_at <= operator.not_valid_after_utc:
        raise TrustedListError("the trusted list was signed outside the operator's dates")
    return read


# ETSI TS 119 612 clause 5.7: an enveloped XAdES signature by a scheme operator.
def _verified(
    content: bytes, operators: Sequence[x509.Certificate], now: datetime
) -> tuple[etree._Element, x509.Certificate]:
    if len(content) > MAX_BYTES:
        raise TrustedListError("the trusted list is too large")
    expected = XAdESSignatureConfiguration(
        location="./",
        expect_references=True,
        signature_methods=_SIGNATURES,
        verification_time=now,
    )
    for operator in operators:
        try:
            results = XAdESVerifier().verify(content, x509_cert=operator, expect_config=expected)
        except (SignXMLException, etree.LxmlError, ValueError):
            continue
        for result in results if isinstance(results, list) else [results]:
            signed = result.signed_xml
            if signed is not None and signed.tag == f"{_TSL}TrustServiceStatusList":
                return signed, operator
    raise TrustedListError("the trusted list is signed by none of the scheme operators")


def _text(scheme: etree._Element, name: str) -> str:
    found = scheme.findtext(f"{_TSL}{name}")
    if not found:
        raise LookupError(f"{name} is missing")
    return str(found).strip()


def _next_update(scheme: etree._Element) -> datetime | None:
    found = scheme.findtext(f"{_TSL}NextUpdate/{_TSL}dateTime")
    return datetime.fromisoformat(found.strip()) if found else None


# Clause 5.6.3: past periods of a service need not repeat its certificates; it keeps its key.
def _granted(text: str) -> Iterator[CAServiceInformation]:
    current: CAServiceInformation | None = None
    for service in read_qualified_service_definitions(text):
        if not isinstance(service, CAServiceInformation):
            continue
        base = service.base_info
        if base.provider_certs:
            current = service
            yield service
        elif current is not None and current.base_info.service_name == base.service_name:
            certificates = current.base_info.provider_certs
            yield replace(service, base_info=replace(base, provider_certs=certificates))


class QualifiedIssuers:
    """Decides whether a certificate is qualified for signatures by the services of a list."""

    def __init__(self, services: Sequence[CAServiceInformation]) -> None:
        """Keep the services that issue such certificates, at whatever time."""
        self._registry = TSPRegistry()
        for service in services:
            self._registry.register_ca(service)
        self._assessor = QualificationAssessor(self._registry)

    # Regulation (EU) 910/2014 annex I and ETSI TS 119 615 clause 4.4: when it was issued and now.
    def qualifies(self, path: ValidationPath, moment: datetime, *, card: bool) -> bool:
        """Say whether the issuer was and is granted for signatures, and the certificate qualified.

        The card's certificate for authentication states nothing of itself: of a `card` only the
        service is asked.
        """
        leaf = path.leaf
        if leaf is None:
            return False
        moments = (leaf.not_valid_before, moment)
        return all(self._granted(path, at) for at in moments) and (
            card or all(self._qualified(path, at) for at in moments)
        )

    def _granted(self, path: ValidationPath, moment: datetime) -> bool:
        return any(
            QcCertType.QC_ESIGN in service.base_info.additional_info_certificate_type
            for service in self._registry.applicable_tsps_on_path(path, moment)
        )

    def _qualified(self, path: ValidationPath, moment: datetime) -> bool:
        try:
            status = self._assessor.check_entity_cert_qualified(path, moment).status
        except NotImplementedError:  # more than one type stated: no answer is a no
            return False
        return bool(status.qualified) and status.qc_type is QcCertType.QC_ESIGN


def read_trust(
    file: Path, operators: Path, intermediates: Path | None, now: datetime, *, fail: bool
) -> TrustStore:
    """Make a trust store of a list. Blocking. Raises TrustedListError and OSError.

    `operators` is a folder of certificates that may sign the list; of `intermediates` only those
    that are no anchors serve. With `fail` nothing is trusted once the list is overdue.
    """
    signers = [
        x509.load_der_x509_certificate(certificate.dump())
        for certificate in read_certificates(operators)
    ]
    if not signers:
        raise TrustedListError(f"{operators} holds no certificate of a scheme operator")
    trusted = read_trusted_list(file.read_bytes(), signers, now)
    _NEXT_UPDATE.set(trusted.next_update.timestamp() if trusted.next_update else 0)
    anchors = {
        certificate.sha256: certificate
        for service in trusted.services
        for certificate in service.base_info.provider_certs
    }
    if not anchors:
        raise TrustedListError(f"{file} holds no granted service for qualified certificates")
    return TrustStore(
        tuple(anchors.values()),
        TrustStore.read(intermediates, may_be_empty=True).intermediates if intermediates else (),
        qualified=QualifiedIssuers(trusted.services),
        not_after=trusted.next_update if fail else None,
    )
