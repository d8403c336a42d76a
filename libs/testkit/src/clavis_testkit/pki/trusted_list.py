"""A trusted list (ETSI TS 119 612) of made-up services, signed as a scheme operator would."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import (
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.xades.xades import XAdESSigner

_TSL = "http://uri.etsi.org/02231/v2#"
_TRUSTED_LIST = "http://uri.etsi.org/TrstSvc/TrustedList"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
CA_QC = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
FOR_SIGNATURES, FOR_SEALS = "ForeSignatures", "ForeSeals"
GRANTED, WITHDRAWN = "granted", "withdrawn"


@dataclass(frozen=True)
class Period:
    """One status of a service and since when."""

    status: str
    since: datetime


@dataclass(frozen=True)
class Service:
    """One service of the list: its certificate and its statuses, the present one first."""

    name: str
    certificate: x509.Certificate
    periods: Sequence[Period]
    purposes: Sequence[str] = (FOR_SIGNATURES,)
    kind: str = CA_QC


def build_trusted_list(
    services: Sequence[Service], *, now: datetime, next_update: datetime | None = None
) -> etree._Element:
    """Compose an unsigned list, by default to be replaced in half a year."""
    root = etree.Element(f"{{{_TSL}}}TrustServiceStatusList", nsmap={None: _TSL})
    root.set("TSLTag", "http://uri.etsi.org/19612/TSLTag")
    root.set("Id", "list")
    scheme = _add(root, "SchemeInformation")
    _add(scheme, "TSLVersionIdentifier", "6")
    _add(scheme, "TSLSequenceNumber", "7")
    _add(scheme, "TSLType", f"{_TRUSTED_LIST}/TSLType/EUgeneric")
    _named(scheme, "SchemeOperatorName", "Clavis TEST")
    _add(scheme, "SchemeTerritory", "ES")
    _add(scheme, "ListIssueDateTime", _time(now))
    renewal = next_update or now + timedelta(days=180)
    _add(_add(scheme, "NextUpdate"), "dateTime", _time(renewal))
    provider = _add(_add(root, "TrustServiceProviderList"), "TrustServiceProvider")
    _named(_add(provider, "TSPInformation"), "TSPName", "Clavis TEST")
    listed = _add(provider, "TSPServices")
    for service in services:
        _service(_add(listed, "TSPService"), service)
    return root


def sign_trusted_list(
    root: etree._Element, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> bytes:
    """Sign a list with an enveloped XAdES signature."""
    signer = XAdESSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
    )
    return bytes(etree.tostring(signer.sign(root, key=key, cert=[certificate])))


def _service(parent: etree._Element, service: Service) -> None:
    present, *past = service.periods
    _instance(_add(parent, "ServiceInformation"), service, present, with_certificate=True)
    if past:
        history = _add(parent, "ServiceHistory")
        for period in past:
            # Clause 5.6.3: the past repeats the name of the key, not the certificate.
            instance = _add(history, "ServiceHistoryInstance")
            _instance(instance, service, period, with_certificate=False)


def _instance(
    parent: etree._Element, service: Service, period: Period, *, with_certificate: bool
) -> None:
    _add(parent, "ServiceTypeIdentifier", service.kind)
    _named(parent, "ServiceName", service.name)
    identity = _add(_add(parent, "ServiceDigitalIdentity"), "DigitalId")
    if with_certificate:
        der = service.certificate.public_bytes(Encoding.DER)
        _add(identity, "X509Certificate", b64encode(der).decode("ascii"))
    else:
        _add(identity, "X509SubjectName", service.certificate.subject.rfc4514_string())
    _add(parent, "ServiceStatus", f"{_TRUSTED_LIST}/Svcstatus/{period.status}")
    _add(parent, "StatusStartingTime", _time(period.since))
    extensions = _add(parent, "ServiceInformationExtensions")
    for purpose in service.purposes:
        extension = _add(extensions, "Extension")
        extension.set("Critical", "true")
        uri = _add(_add(extension, "AdditionalServiceInformation"), "URI")
        uri.text = f"{_TRUSTED_LIST}/SvcInfoExt/{purpose}"
        uri.set(_XML_LANG, "en")


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_TSL}}}{name}")
    child.text = text
    return child


def _named(parent: etree._Element, element: str, name: str) -> None:
    named = _add(_add(parent, element), "Name", name)
    named.set(_XML_LANG, "en")


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
