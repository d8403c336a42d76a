"""What a relying party asks leave for, in words (RFC 9396 section 12: the person must understand).

Each type of authorization details has a function that says it; a type without words cannot be
asked, because a test demands them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import Any

from clavis_gateway.login.i18n import Language
from clavis_gateway.login.texts import N_
from clavis_gateway.oidc.authorization_details import credential

Detail = dict[str, Any]
_FINGERPRINT_BYTES = 8
_ONE = N_("Firmar un documento con su certificado:")
_MANY = N_("Firmar %(count)s documentos con su certificado:")
_DOCUMENT = N_("«%(label)s», de huella %(fingerprint)s")


def lines(details: Iterable[Detail], language: Language) -> list[str]:
    """Return what a person approves, line by line. Labels are the relying party's own words."""
    return [line for detail in details for line in WORDS[detail["type"]](detail, language)]


def _credential(detail: Detail, language: Language) -> list[str]:
    documents = detail["documentDigests"]
    heading = (
        language.text(_ONE) if len(documents) == 1 else language.text(_MANY, count=len(documents))
    )
    return [heading, *(_document(document, language) for document in documents)]


def _document(document: Detail, language: Language) -> str:
    fingerprint = fingerprint_of(document["hash"])
    return language.text(_DOCUMENT, label=document["label"], fingerprint=fingerprint)


# Short enough to compare by eye with what the service shows, long enough that no other document
# is made to fit it by chance.
def fingerprint_of(digest: str) -> str:
    """Return the beginning of a base64 digest, in groups of four hexadecimal digits."""
    text = base64.b64decode(digest)[:_FINGERPRINT_BYTES].hex()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


WORDS: dict[str, Callable[[Detail, Language], list[str]]] = dict.fromkeys(
    credential.NAMES, _credential
)
