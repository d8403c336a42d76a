"""Whether a certificate leads to an issuer we trust, and what proves that it was not revoked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from asn1crypto import pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, RevokedError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

# What these libraries log names the holders of certificates.
for _name in ("pyhanko_certvalidator", "pyhanko.sign.validation.qualified"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

_SUFFIXES = {".pem", ".cer", ".crt", ".der"}
_TOLERANCE = timedelta(seconds=30)  # clocks of issuers differ a little from ours


class NoAnchorsError(ValueError):
    """The folder of trust anchors holds none, or a file that is no certificate."""


class QualificationJudge(Protocol):
    """Whoever knows which issuers were granted for qualified certificates, and when."""

    def qualifies(self, path: ValidationPath, moment: datetime, *, card: bool) -> bool:
        """Say whether the certificate of a path is qualified for signatures at a moment."""


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Anchors and the intermediates that cards do not bring along."""

    anchors: tuple[asn1.Certificate, ...]
    intermediates: tuple[asn1.Certificate, ...]
    qualified: QualificationJudge | None = None
    """Set where the anchors come from a trusted list; None: every anchor is good for all."""
    not_after: datetime | None = None
    """When the source should have been renewed and counts no longer."""

    @classmethod
    def read(cls, folder: Path, *, may_be_empty: bool = False) -> TrustStore:
        """Read every certificate of a folder. Raises NoAnchorsError.

        Of a folder that `may_be_empty` no anchor is trusted when it is; it must exist.
        """
        anchors: list[asn1.Certificate] = []
        intermediates: list[asn1.Certificate] = []
        for certificate in read_certificates(folder):
            (anchors if _is_self_signed(certificate) else intermediates).append(certificate)
        if not anchors and not (may_be_empty and folder.is_dir()):
            raise NoAnchorsError(f"{folder} holds no trust anchor")
        return cls(tuple(anchors), tuple(intermediates))

    @classmethod
    def of(cls, anchors: Iterable[x509.Certificate]) -> TrustStore:
        """Trust these certificates and no others."""
        return cls(tuple(_der(certificate) for certificate in anchors), ())

    def current(self) -> TrustStore:
        """Return itself: anchors that were read once and stay."""
        return self


def read_certificates(folder: Path) -> list[asn1.Certificate]:
    """Read every certificate of a folder, in PEM or DER. Raises NoAnchorsError."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [
        certificate
        for path in paths
        if path.suffix.lower() in _SUFFIXES
        for certificate in _read(path)
    ]


def _read(path: Path) -> list[asn1.Certificate]:
    content = path.read_bytes()
    try:
        if not pem.detect(content):
            return [asn1.Certificate.load(content)]
        return [asn1.Certificate.load(der) for _, _, der in pem.unarmor(content, multiple=True)]
    except ValueError as error:
        raise NoAnchorsError(f"{path.name} is not a certificate") from error


def _is_self_signed(certificate: asn1.Certificate) -> bool:
    loaded = x509.load_der_x509_certificate(certificate.dump())
    try:
        loaded.verify_directly_issued_by(loaded)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Evidence:
    """Revocation information as fetched, in DER; its signatures are judged with the path."""

    ocsp_responses: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A certificate of a path and the one that issued it."""

    certificate: x509.Certificate
    issuer: x509.Certificate


class UntrustedError(Exception):
    """No path from the certificate to an anchor holds."""


class RevokedCertificateError(Exception):
    """A certificate of the path is revoked."""


class UncheckedError(Exception):
    """The evidence does not say whether the path is revoked: nothing is assumed."""


# RFC 5280 section 6.
def find_path(
    certificate: x509.Certificate,
    chain: Iterable[x509.Certificate],
    trust: TrustStore,
    moment: datetime,
) -> list[Link]:
    """Return the links from the certificate up to, and without, its anchor.

    Signatures, constraints and the dates at `moment` are checked, revocation is not. Blocking.
    Raises UntrustedError.
    """
    context = _without_revocation(trust, moment)
    path = _validate(certificate, chain, context).iter_certs(include_root=True)
    return [Link(_loaded(member), _loaded(issuer)) for issuer, member in pairwise(path)]


def is_qualified(
    certificate: x509.Certificate,
    chain: Iterable[x509.Certificate],
    trust: TrustStore,
    moment: datetime,
    *,
    card: bool,
) -> bool:
    """Say whether a certificate whose path holds is qualified for signatures.

    True where the anchors are not from a trusted list: then the operator vouches for them.
    Blocking. Raises UntrustedError.
    """
    if trust.qualified is None:
        return True
    path = _validate(certificate, chain, _without_revocation(trust, moment))
    return trust.qualified.qualifies(path, moment, card=card)


def _without_revocation(trust: TrustStore, moment: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(trust.anchors),
        other_certs=list(trust.intermediates),
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
        time_tolerance=_TOLERANCE,
    )


def check_revocation(
    certificate: x509.Certificate,
    chain: Iterable[x509.Certificate],
    trust: TrustStore,
    moment: datetime,
    evidence: Evidence,
) -> None:
    """Judge the path once more, now with evidence that every certificate of it is good.

    Blocking. Raises RevokedCertificateError, UncheckedError and UntrustedError.
    """
    context = ValidationContext(
        trust_roots=list(trust.anchors),
        other_certs=list(trust.intermediates),
        moment=moment,
        allow_fetching=False,
        revocation_mode="require",
        ocsps=list(evidence.ocsp_responses),
        crls=list(evidence.revocation_lists),
        time_tolerance=_TOLERANCE,
    )
    try:
        _validate(certificate, chain, context)
    except UntrustedError as error:
        # The path held without revocation, so what fails now is the evidence.
        if isinstance(error.__cause__, RevokedError):
            raise RevokedCertificateError from error
        raise UncheckedError from error


def _validate(
    certificate: x509.Certificate, chain: Iterable[x509.Certificate], context: ValidationContext
) -> ValidationPath:
    validator = CertificateValidator(_der(certificate), [_der(member) for member in chain], context)
    try:
        return asyncio.run(validator.async_validate_path())
    except (ValidationError, PathBuildingError, ValueError) as error:
        raise UntrustedError from error


def _der(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


def _loaded(certificate: asn1.Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())
