"""Which documents a person shows together at an office, by kind of person. Pure.

Each check returns the stable code of its refusal, or None.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clavis_registry.rules.identity import Document, DocumentKind

# Agreement on the withdrawal of the United Kingdom (OJ L 29, 31.1.2020), article 126: the
# transition, and with it free movement, ended with the year 2020.
BREXIT = date(2021, 1, 1)
UNITED_KINGDOM = "GBR"
# ISO 3166-1 alpha-3: the Union, the European Economic Area and Switzerland.
FREE_MOVEMENT = frozenset(
    {
        *("AUT", "BEL", "BGR", "CHE", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN"),
        *("FRA", "GRC", "HRV", "HUN", "IRL", "ISL", "ITA", "LIE", "LTU", "LUX", "LVA"),
        *("MLT", "NLD", "NOR", "POL", "PRT", "ROU", "SVK", "SVN", "SWE"),
    }
)


class PersonKind(StrEnum):
    """Whose documents they are."""

    SPANIARD = "spaniard"
    EU_CITIZEN = "eu_citizen"
    OTHER_FOREIGNER = "other_foreigner"
    BRITISH = "british"
    STATELESS = "stateless"


class OriginKind(StrEnum):
    """Documents that prove identity where the Spanish one proves residence."""

    PASSPORT = "passport"
    NATIONAL_IDENTITY_CARD = "national_identity_card"
    STATELESS_DOCUMENT = "stateless_document"


@dataclass(frozen=True)
class OriginDocument:
    """An identity document of another country; `country` is ISO 3166-1 alpha-3."""

    kind: OriginKind
    number: str
    country: str | None
    expires_on: date | None


@dataclass(frozen=True)
class _Combination:
    documents: frozenset[DocumentKind]
    origins: frozenset[OriginKind]


_HOME = frozenset({OriginKind.PASSPORT, OriginKind.NATIONAL_IDENTITY_CARD})
_RESIDENCE = frozenset({DocumentKind.TIE, DocumentKind.RESIDENCE_PERMIT})
# The card or certificate proves residence; who the person is, the document of origin proves.
_SHOWN_TOGETHER = {
    PersonKind.SPANIARD: _Combination(
        frozenset({DocumentKind.DNI, DocumentKind.PASSPORT}), frozenset()
    ),
    PersonKind.EU_CITIZEN: _Combination(frozenset({DocumentKind.EU_CERTIFICATE}), _HOME),
    PersonKind.OTHER_FOREIGNER: _Combination(_RESIDENCE, _HOME),
    PersonKind.BRITISH: _Combination(
        frozenset({DocumentKind.EU_CERTIFICATE, DocumentKind.WITHDRAWAL_AGREEMENT_CARD}),
        frozenset({OriginKind.PASSPORT}),
    ),
    PersonKind.STATELESS: _Combination(_RESIDENCE, frozenset({OriginKind.STATELESS_DOCUMENT})),
}


def kind_by_document(document: Document) -> PersonKind:
    """Say what kind of person a document suggests, where nobody said it."""
    suggested = {
        DocumentKind.DNI: PersonKind.SPANIARD,
        DocumentKind.EU_CERTIFICATE: PersonKind.EU_CITIZEN,
        DocumentKind.WITHDRAWAL_AGREEMENT_CARD: PersonKind.BRITISH,
    }
    return suggested.get(document.kind, PersonKind.OTHER_FOREIGNER)


def combination_refusal(
    kind: PersonKind, document: Document, origin: OriginDocument | None, today: date
) -> str | None:
    """Check that what a person of this kind shows proves residence and identity."""
    # A NIF M or L stands on the passport alone: it is the document of origin itself.
    if document.kind is DocumentKind.PASSPORT:
        lacks_number = kind in {PersonKind.SPANIARD, PersonKind.OTHER_FOREIGNER}
        return None if lacks_number else "person-kind-mismatch"
    needed = _SHOWN_TOGETHER[kind]
    if document.kind not in needed.documents:
        return "person-kind-mismatch"
    if kind is PersonKind.BRITISH and _came_late(document):
        return "british-certificate-too-late"
    if not needed.origins:
        return None
    return _origin_refusal(kind, needed.origins, origin, today)


# Withdrawal Agreement article 18.4: after the transition the card, not the Union's certificate.
def _came_late(document: Document) -> bool:
    return document.kind is DocumentKind.EU_CERTIFICATE and document.issued_on >= BREXIT


def _origin_refusal(
    kind: PersonKind, accepted: frozenset[OriginKind], origin: OriginDocument | None, today: date
) -> str | None:
    if origin is None:
        return "identity-document-required"
    if origin.kind not in accepted:
        return "identity-document-mismatch"
    if not re.fullmatch("[A-Z0-9]{3,20}", origin.number):
        return "identity-document-invalid"
    if origin.expires_on is not None and origin.expires_on < today:
        return "identity-document-expired"
    return None if _right_country(kind, origin.country) else "identity-document-mismatch"


def _right_country(kind: PersonKind, country: str | None) -> bool:
    if kind is PersonKind.STATELESS:
        return True
    if country is None or not re.fullmatch("[A-Z]{3}", country):
        return False
    if kind is PersonKind.EU_CITIZEN:
        return country in FREE_MOVEMENT
    if kind is PersonKind.BRITISH:
        return country == UNITED_KINGDOM
    return country not in FREE_MOVEMENT
