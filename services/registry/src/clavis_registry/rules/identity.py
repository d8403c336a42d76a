"""What must be true of the person and the document shown. Pure.

Each check returns the stable code of its refusal, or None.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clavis_kit.national_id import (
    PERMANENT_EXPIRY,
    NationalIdError,
    NationalIdKind,
    contrast_of_dni,
    kind_of,
    normalise,
    normalise_support_number,
)

from clavis_registry.rules.person import PersonName, age_on, is_minor

MAX_NAME_LENGTH = 80
MAX_AGE_YEARS = 130
_NAME_MARKS = frozenset(" '\u2019-.·ªº")  # U+2019 is the typographic apostrophe
_WORD_ENDS = re.compile(r"[\s\-'\u2019.·]+")
_MINIMUM_WORD = 3  # shorter words forbid too many passwords


class DocumentKind(StrEnum):
    """The documents that open the registry."""

    DNI = "dni"
    TIE = "tie"
    EU_CERTIFICATE = "eu_certificate"
    RESIDENCE_PERMIT = "residence_permit"
    WITHDRAWAL_AGREEMENT_CARD = "withdrawal_agreement_card"
    PASSPORT = "passport"


_RESIDENCE_SUPPORT = {
    DocumentKind.TIE: "E",
    DocumentKind.EU_CERTIFICATE: "C",
    DocumentKind.RESIDENCE_PERMIT: "E",
    DocumentKind.WITHDRAWAL_AGREEMENT_CARD: "E",
}
_OPENED_BY = {
    NationalIdKind.DNI: frozenset({DocumentKind.DNI}),
    NationalIdKind.NIE: frozenset(_RESIDENCE_SUPPORT),
    NationalIdKind.NIF_K: frozenset[DocumentKind](),
    NationalIdKind.NIF_L: frozenset({DocumentKind.PASSPORT}),
    NationalIdKind.NIF_M: frozenset({DocumentKind.PASSPORT}),
}
_MAY_NOT_END = frozenset({DocumentKind.DNI, DocumentKind.EU_CERTIFICATE})
_PLAIN_SUPPORT = frozenset({DocumentKind.DNI, DocumentKind.PASSPORT})


class GuardianProof(StrEnum):
    """What proves parental authority or guardianship."""

    FAMILY_BOOK = "family_book"
    CIVIL_REGISTRY = "civil_registry"
    COURT_RULING = "court_ruling"


@dataclass(frozen=True)
class Document:
    """An identity document; `expires_on` is None for one without an end."""

    kind: DocumentKind
    support_number: str | None
    issued_on: date
    expires_on: date | None


@dataclass(frozen=True)
class Guardian:
    """Who answers for a minor, and how that was proven."""

    national_id: str
    proof: GuardianProof


def canonical_document(document: Document) -> Document:
    """Write the support number canonically and a validity printed 01-01-9999 as no end."""
    support = document.support_number
    if support is not None:
        support = normalise_support_number(support) or support.strip().upper()
    expires_on = document.expires_on
    if expires_on is not None and expires_on >= PERMANENT_EXPIRY:
        expires_on = None
    return Document(document.kind, support, document.issued_on, expires_on)


# BOE-A-2015-14215 IV.1: a Spaniard shows the DNI, a foreigner the TIE or the EU certificate;
# the document must be in force. Who has neither number shows the passport that stands for it; a
# Spanish child under 14, who needs no DNI (Real Decreto 255/2025 article 2), needs one here.
def document_refusal(national_id: str, document: Document, today: date) -> str | None:
    """Check a canonical document against the number and the day."""
    if kind_of(national_id) is NationalIdKind.NIF_K:
        return "dni-required"
    if document.kind not in _OPENED_BY[kind_of(national_id)]:
        return "document-kind-mismatch"
    return _dates_refusal(document, today) or _support_refusal(document)


def _dates_refusal(document: Document, today: date) -> str | None:
    if document.issued_on > today:
        return "document-not-yet-issued"
    if document.expires_on is None:
        if document.kind not in _MAY_NOT_END:
            return "document-expiry-required"
    elif document.expires_on < document.issued_on:
        return "document-dates-inconsistent"
    elif document.expires_on < today:
        return "document-expired"
    return None


def _support_refusal(document: Document) -> str | None:
    support = document.support_number
    if document.kind in _PLAIN_SUPPORT:
        # Not asked for: their datum is a date. Old DNI cards carry the number plus a character.
        readable = support is None or re.fullmatch("[A-Z0-9]{1,12}", support)
        return None if readable else "support-number-invalid"
    if not support:
        return "support-number-required"
    right = re.fullmatch(rf"{_RESIDENCE_SUPPORT[document.kind]}[0-9]{{8}}", support)
    return None if right else "support-number-invalid"


def newest(*documents: Document | None) -> Document | None:
    """Return the document issued last: the civil register may tell of a renewal late."""
    known = [document for document in documents if document]
    return max(known, key=lambda document: document.issued_on) if known else None


def contrast_datum(national_id: str, document: Document) -> str:
    """Return what only the holder of the document reads: see clavis_kit.national_id."""
    if kind_of(national_id) is NationalIdKind.NIE and document.support_number:
        return document.support_number
    return contrast_of_dni(expires_on=document.expires_on, issued_on=document.issued_on)


def canonical_name(typed: str) -> str:
    """Compose accents (NFC) and collapse spaces."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


def same_name(one: PersonName, other: PersonName) -> bool:
    """Compare two names as documents write them: accents and case vary from card to card."""
    return _plain(one.full) == _plain(other.full)


def _plain(name: str) -> str:
    return _without_accents(canonical_name(name)).casefold()


def name_refusal(name: PersonName) -> str | None:
    """Letters of any script and the marks that names carry; nothing else."""
    parts = [name.given_name, name.first_surname]
    if name.second_surname is not None:
        parts.append(name.second_surname)
    return None if all(_is_name(part) for part in parts) else "invalid-name"


def _is_name(part: str) -> bool:
    if not part or len(part) > MAX_NAME_LENGTH or not part[0].isalpha():
        return False
    return all(c in _NAME_MARKS or unicodedata.category(c)[0] in "LM" for c in part)


def birth_date_refusal(birth_date: date, today: date) -> str | None:
    """Refuse one not yet born, or born longer ago than people live."""
    plausible = birth_date <= today and age_on(birth_date, today) <= MAX_AGE_YEARS
    return None if plausible else "invalid-birth-date"


# Código Civil articles 162 and 267: a minor acts with whoever holds parental authority.
def minor_refusal(
    national_id: str, birth_date: date, today: date, guardian: Guardian | None
) -> str | None:
    """Refuse a minor without evidence of a guardian, who is somebody else."""
    if not is_minor(birth_date, today):
        return None
    if guardian is None:
        return "guardian-required"
    try:
        guardian_id = normalise(guardian.national_id)
    except NationalIdError:
        return "guardian-invalid"
    return "guardian-invalid" if guardian_id == national_id else None


# Real Decreto 311/2022 (ENS) op.acc.3: a guardian accepts for the minor, so that is an own act too.
def own_enrolment_refusal(
    officer_id: str | None, national_id: str, guardian: Guardian | None
) -> str | None:
    """Refuse an officer who would enrol themselves, or a minor whose guardian they are."""
    involved = {national_id}
    if guardian is not None:
        try:
            involved.add(normalise(guardian.national_id))
        except NationalIdError:
            return "guardian-invalid"
    return "own-enrolment" if officer_id in involved else None


def forbidden_words(national_id: str, name: PersonName) -> list[str]:
    """Return the lower-cased words that must not occur in this person's password."""
    words = {national_id.lower(), national_id[1:-1], national_id[:-1].lower()}
    for part in (name.given_name, name.first_surname, name.second_surname or ""):
        for word in _WORD_ENDS.split(part.lower()):
            words |= {word, _without_accents(word)}
    return sorted(word for word in words if len(word) >= _MINIMUM_WORD)


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c))
