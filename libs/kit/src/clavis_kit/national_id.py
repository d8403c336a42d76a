"""Spanish identity numbers and the datum that shows a person holds the document.

The mechanics are shared by the services that meet what a person typed; who may use which
number is each service's own rule.
"""

import re
from datetime import date
from enum import StrEnum

_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_SEPARATORS = re.compile(r"[\s\-./·]")
_DNI = re.compile(r"[0-9]{1,8}[A-Z]")
_NIE = re.compile(r"[XYZ][0-9]{1,7}[A-Z]")
_OTHER_NIF = re.compile(r"[KLM][A-Z0-9]{7}[A-Z]")
_NIE_DIGIT = {"X": "0", "Y": "1", "Z": "2"}
_SUPPORT = re.compile(r"([A-Z]{1,3})([0-9]{1,8})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[\s./\-]+(\d{1,2})[\s./\-]+(\d{4})")
_COMPACT = re.compile(r"(\d{2})(\d{2})(\d{4})")
_MAX_TYPED = 32
PERMANENT_EXPIRY = date(9999, 1, 1)


class NationalIdKind(StrEnum):
    """Which series a number belongs to."""

    DNI = "dni"
    NIE = "nie"
    NIF_K = "nif_k"
    """Spaniards under 14 who live in Spain and have no DNI."""
    NIF_L = "nif_l"
    """Spaniards who live abroad and have no DNI."""
    NIF_M = "nif_m"
    """Foreigners without a NIE."""


class NationalIdError(ValueError):
    """What was typed is no number of a natural person; `code` says why."""

    def __init__(self, code: str) -> None:
        """Keep a stable code: wrong-format or wrong-check-letter."""
        super().__init__(code)
        self.code = code


# Real Decreto 1553/2005 art. 11 and Real Decreto 255/2025: the letter verifies the number.
def check_letter(number: int) -> str:
    """Return the verification letter of an eight-digit number."""
    return _LETTERS[number % 23]


def normalise(typed: str) -> str:
    """Return the canonical nine characters of a DNI, a NIE or a NIF K, L or M.

    Accepts lower case, separators and, in a DNI or NIE, missing leading zeros. The number of a
    legal person is none of these. Raises NationalIdError.
    """
    if len(typed) > _MAX_TYPED:
        raise NationalIdError("wrong-format")
    text = _SEPARATORS.sub("", typed).upper()
    if not text.isascii():
        raise NationalIdError("wrong-format")
    if _DNI.fullmatch(text):
        canonical = text[:-1].zfill(8) + text[-1]
        digits = canonical[:8]
    elif _NIE.fullmatch(text):
        canonical = text[0] + text[1:-1].zfill(7) + text[-1]
        digits = _NIE_DIGIT[text[0]] + canonical[1:8]
    elif _OTHER_NIF.fullmatch(text):
        return text  # no rule makes its last letter a proof: see has_doubtful_letter
    else:
        raise NationalIdError("wrong-format")
    if check_letter(int(digits)) != canonical[-1]:
        raise NationalIdError("wrong-check-letter")
    return canonical


def kind_of(canonical: str) -> NationalIdKind:
    """Tell the series of a canonical number."""
    if canonical[0] in "KLM":
        return NationalIdKind(f"nif_{canonical[0].lower()}")
    return NationalIdKind.NIE if canonical[0] in _NIE_DIGIT else NationalIdKind.DNI


# Real Decreto 1065/2007 articles 19.2 and 20.2 give a NIF K, L or M a verification letter and do
# not say how it is made. It is usually made as that of a DNI: another one is worth a second look.
def has_doubtful_letter(canonical: str) -> bool:
    """Say whether a canonical NIF K, L or M ends in another letter than the usual one."""
    digits = canonical[1:8]
    if kind_of(canonical) in {NationalIdKind.DNI, NationalIdKind.NIE} or not digits.isdigit():
        return False
    return check_letter(int(digits)) != canonical[-1]


def parse_date(typed: str) -> date | None:
    """Read a date as people write it: day first with any separator, or ISO. None if it is none."""
    text = typed.strip()
    if len(text) > _MAX_TYPED or not text.isascii():
        return None
    if match := _ISO_DATE.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        day, month, year = match.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def normalise_support_number(typed: str) -> str | None:
    """Return a document's support number in canonical form, or None if it is none.

    One letter is followed by eight digits (residence documents, E00000000), three by six.
    """
    text = _SEPARATORS.sub("", typed).upper()
    match = _SUPPORT.fullmatch(text) if len(typed) <= _MAX_TYPED and text.isascii() else None
    if match is None:
        return None
    letters, digits = match.groups()
    width = 8 if len(letters) == 1 else 6
    return letters + digits.zfill(width) if len(digits) <= width else None


def normalise_contrast(canonical_id: str, typed: str) -> str | None:
    """Return the canonical contrast datum for this number, or None if it cannot be one.

    A NIE answers with the support number; a DNI with a date printed on the card, and a NIF K, L
    or M with that of the passport.
    """
    if kind_of(canonical_id) is NationalIdKind.NIE:
        return normalise_support_number(typed)
    day = parse_date(typed)
    return day.isoformat() if day else None


def contrast_of_dni(*, expires_on: date | None, issued_on: date) -> str:
    """Return the contrast datum of a DNI: its validity date, or the issue date when permanent."""
    if expires_on is None or expires_on >= PERMANENT_EXPIRY:
        return issued_on.isoformat()
    return expires_on.isoformat()


def mask(canonical: str) -> str:
    """Hide all but the middle of a number, as published notices do: ***4567**."""
    return f"***{canonical[3:7]}**"
