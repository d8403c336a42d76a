"""The type `credential`: leave to sign named documents with a certificate kept for the person.

Cloud Signature Consortium API 2.0 section 8.3 (`credential`) and 2.2, which gives it a URI.
"""

from __future__ import annotations

import base64
from typing import Any

from clavis_gateway.oidc.authorization_details.fields import (
    DetailsError,
    Judge,
    judge,
    many,
    one_of,
    text,
    whole,
)

NAMES = ("credential", "https://cloudsignatureconsortium.org/2025/credential")
MAX_DOCUMENTS = 100
# NIST Computer Security Objects Register: the hash functions and the length of what they give.
HASH_BYTES = {
    "2.16.840.1.101.3.4.2.1": 32,
    "2.16.840.1.101.3.4.2.2": 48,
    "2.16.840.1.101.3.4.2.3": 64,
    "2.16.840.1.101.3.4.2.8": 32,
    "2.16.840.1.101.3.4.2.9": 48,
    "2.16.840.1.101.3.4.2.10": 64,
}
_HASH_TYPES = one_of("sodr", "sdr", "dtbsr")


def _https(value: object) -> bool:
    return isinstance(value, str) and value.startswith("https://") and text(2048)(value)


def _method(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and text(256)(member) for name, member in value.items()
    )


def _location(value: object) -> bool:
    try:
        judge(value, {"uri": _https}, {"method": _method}, "a document location")
    except DetailsError:
        return False
    return True


_REQUIRED: dict[str, Judge] = {
    "type": one_of(*NAMES),
    "documentDigests": many(lambda value: isinstance(value, dict), MAX_DOCUMENTS),
    "hashAlgorithmOID": lambda value: isinstance(value, str) and value in HASH_BYTES,
}
_OPTIONAL: dict[str, Judge] = {
    "credentialID": text(256),
    "signatureQualifier": text(256),
    "numSignatures": whole(1, MAX_DOCUMENTS),
    "locations": many(_https, MAX_DOCUMENTS),
    "documentLocations": many(_location, MAX_DOCUMENTS),
}


def validate(value: object) -> dict[str, Any]:
    """Return one element of this type, judged. Raises DetailsError."""
    element = judge(value, _REQUIRED, _OPTIONAL, "a credential")
    # Which certificate, or which kind of one: the person must be able to tell.
    if "credentialID" not in element and "signatureQualifier" not in element:
        raise DetailsError("a credential lacks credentialID and signatureQualifier")
    length = HASH_BYTES[element["hashAlgorithmOID"]]
    for document in element["documentDigests"]:
        _check_document(document, length)
    if element.get("numSignatures", MAX_DOCUMENTS) < len(element["documentDigests"]):
        raise DetailsError("numSignatures of a credential is less than its documents")
    return element


def _check_document(document: dict[str, Any], length: int) -> None:
    required: dict[str, Judge] = {"hash": lambda value: _digest(value, length), "label": text(255)}
    optional: dict[str, Judge] = {"hashType": _HASH_TYPES, "circumstantialData": text(2048)}
    judge(document, required, optional, "a document")


def _digest(value: object, length: int) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return len(base64.b64decode(value, validate=True)) == length
    except ValueError:
        return False
