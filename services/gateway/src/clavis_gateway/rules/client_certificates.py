"""Which certificate a relying party registered, and whether the one it shows is that. Pure.

RFC 8705 section 2.1.2 for certificates that an authority issued, section 2.2 for self-signed ones,
section 3.1 for the thumbprint that binds tokens.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from clavis_kit.ids import encode_base64url
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

TLS_METHODS = ("tls_client_auth", "self_signed_tls_client_auth")
_MAX_VALUE = 1024

# The short names of RFC 4514 section 3 are known to the library; these are in common use besides.
_MORE_NAMES = {
    "serialNumber": NameOID.SERIAL_NUMBER,
    "emailAddress": NameOID.EMAIL_ADDRESS,
    "E": NameOID.EMAIL_ADDRESS,
    "organizationIdentifier": x509.ObjectIdentifier("2.5.4.97"),
    "GN": NameOID.GIVEN_NAME,
    "givenName": NameOID.GIVEN_NAME,
    "SN": NameOID.SURNAME,
    "surname": NameOID.SURNAME,
    "title": NameOID.TITLE,
    "CN": NameOID.COMMON_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "S": NameOID.STATE_OR_PROVINCE_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "C": NameOID.COUNTRY_NAME,
    "STREET": NameOID.STREET_ADDRESS,
    "DC": NameOID.DOMAIN_COMPONENT,
    "UID": NameOID.USER_ID,
}
# RFC 4512 section 1.4: short names are compared without regard to case.
_NAMES = {
    spelled: oid
    for name, oid in _MORE_NAMES.items()
    for spelled in (name, name.lower(), name.upper())
}

DistinguishedName = tuple[frozenset[tuple[str, str]], ...]


def x5t_s256(certificate: x509.Certificate) -> str:
    """Return the thumbprint that binds tokens to a certificate (RFC 8705 section 3.1)."""
    return encode_base64url(hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest())


def read_name(text: str) -> DistinguishedName:
    """Read a name written as RFC 4514 says, for comparison. Raises ValueError."""
    return _comparable(x509.Name.from_rfc4514_string(_spelled(text), _NAMES))


def _spelled(text: str) -> str:
    if "=#" in text:
        raise ValueError("values in hexadecimal are not read")
    # RFC 2253, which RFC 4514 replaced, let spaces stand after a comma; people still write them.
    parts, quoted = [""], False
    for character in text:
        if character == "," and not quoted:
            parts.append("")
            continue
        quoted = character == "\\" and not quoted
        parts[-1] += character
    return ",".join([parts[0], *(part.lstrip(" ") for part in parts[1:])])


# RFC 4517 section 4.2.15, distinguishedNameMatch: the same sequence of sets of attributes.
def _comparable(name: x509.Name) -> DistinguishedName:
    return tuple(
        frozenset((item.oid.dotted_string, _prepared(str(item.value))) for item in rdn)
        for rdn in name.rdns
    )


# RFC 4518 section 2, string preparation: case, width and runs of spaces do not tell values apart.
def _prepared(value: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def _alternatives(certificate: x509.Certificate, kind: type[Any]) -> list[Any]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return extension.value.get_values_for_type(kind)


def _has_subject(certificate: x509.Certificate, wanted: str) -> bool:
    return _comparable(certificate.subject) == read_name(wanted)


def _has_dns(certificate: x509.Certificate, wanted: str) -> bool:
    names = _alternatives(certificate, x509.DNSName)
    return wanted.lower() in {str(name).lower() for name in names}


def _has_uri(certificate: x509.Certificate, wanted: str) -> bool:
    return wanted in _alternatives(certificate, x509.UniformResourceIdentifier)


# RFC 5952 section 8: addresses are compared in binary.
def _has_address(certificate: x509.Certificate, wanted: str) -> bool:
    return ip_address(wanted) in _alternatives(certificate, x509.IPAddress)


def _has_email(certificate: x509.Certificate, wanted: str) -> bool:
    return _mailbox(wanted) in map(_mailbox, _alternatives(certificate, x509.RFC822Name))


# RFC 5280 section 7.5: the host part without regard to case, the local part as it is.
def _mailbox(address: str) -> tuple[str, str]:
    local, _, host = address.rpartition("@")
    return local, host.lower()


_MATCH: dict[str, Callable[[x509.Certificate, str], bool]] = {
    "tls_client_auth_subject_dn": _has_subject,
    "tls_client_auth_san_dns": _has_dns,
    "tls_client_auth_san_uri": _has_uri,
    "tls_client_auth_san_ip": _has_address,
    "tls_client_auth_san_email": _has_email,
}
SUBJECT_MEMBERS = tuple(_MATCH)


def expected_subject(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """Return the one member that says who the certificate must name, and its value.

    Raises ValueError with a sentence when there is none, more than one, or none that can be read.
    """
    named = [member for member in SUBJECT_MEMBERS if metadata.get(member) is not None]
    # RFC 8705 section 2.1.2: exactly one.
    if len(named) != 1:
        raise ValueError(f"tls_client_auth needs exactly one of {', '.join(SUBJECT_MEMBERS)}")
    value = metadata[named[0]]
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_VALUE:
        raise ValueError(f"{named[0]} must be a string of 1 to {_MAX_VALUE} characters")
    _require_readable(named[0], value)
    return named[0], value


_FORMS: dict[str, tuple[Callable[[str], object], str]] = {
    "tls_client_auth_subject_dn": (read_name, "a distinguished name as RFC 4514 writes it"),
    "tls_client_auth_san_ip": (ip_address, "an IP address"),
}


def _require_readable(member: str, value: str) -> None:
    read, form = _FORMS.get(member, (str, "text"))
    try:
        read(value)
    except ValueError as error:
        raise ValueError(f"{member} must be {form}") from error
    if member == "tls_client_auth_san_dns" and "*" in value:
        raise ValueError(f"{member} must name one host, without a wildcard")


def names_client(certificate: x509.Certificate, metadata: Mapping[str, Any]) -> bool:
    """Say whether a certificate that leads to an authority names this client."""
    try:
        member, value = expected_subject(metadata)
        return _MATCH[member](certificate, value)
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False


# RFC 8705 section 2.2.2: the certificate matches one of those registered; a key registered without
# a certificate (`x5c`) stands for any certificate over it.
def registered_key(certificate: x509.Certificate, jwks: Mapping[str, Any]) -> bool:
    """Say whether a self-signed certificate is one of a client's registered ones."""
    shown = certificate.public_bytes(Encoding.DER)
    thumbprint = _thumbprint(certificate)
    return any(_is_registered(key, shown, thumbprint) for key in jwks.get("keys", ()))


def _is_registered(key: Any, shown: bytes, thumbprint: str | None) -> bool:
    if not isinstance(key, dict) or key.get("use") == "enc":
        return False
    if "x5c" in key:
        return _first_certificate(key["x5c"]) == shown
    kind = _JWK_TYPES.get(str(key.get("kty")))
    try:
        return kind is not None and kind.import_key(key).thumbprint() == thumbprint
    except (JoseError, ValueError, TypeError, KeyError):
        return False


# RFC 7517 section 4.7: base64, not base64url; the first certificate holds the key.
def _first_certificate(chain: Any) -> bytes | None:
    if not isinstance(chain, list) or not chain or not isinstance(chain[0], str):
        return None
    try:
        return base64.b64decode(chain[0], validate=True)
    except binascii.Error:
        return None


_JWK_TYPES: dict[str, type[ECKey | RSAKey | OKPKey]] = {
    "EC": ECKey,
    "RSA": RSAKey,
    "OKP": OKPKey,
}


def _thumbprint(certificate: x509.Certificate) -> str | None:
    try:
        public = certificate.public_key()
        spki = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm):
        return None
    kind: type[ECKey | RSAKey | OKPKey] = OKPKey
    if isinstance(public, EllipticCurvePublicKey | RSAPublicKey):
        kind = RSAKey if isinstance(public, RSAPublicKey) else ECKey
    try:
        return kind.import_key(spki).thumbprint()
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def in_its_time(certificate: x509.Certificate, now: datetime) -> bool:
    """Say whether the certificate's own dates hold."""
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
