"""What kind of holder a certificate has, told by object identifiers and never by names.

One table for policies and for the attributes of the alternative name, from the practice statements
of the issuers and the standards they follow. A certificate usually carries several: the issuer's
own and that of ETSI. The kind that comes first in `Kind` wins, so that whatever speaks against a
citizen's certificate is heard.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Whom or what a certificate identifies; in the order in which a kind is decided."""

    PSEUDONYM = "pseudonym"
    SEAL = "seal"
    EMPLOYEE = "employee"
    REPRESENTATIVE = "representative"
    WEBSITE = "website"
    CARD_SIGNATURE = "card_signature"
    CARD = "card"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Profile:
    """An object identifier, or all below it, and what it says."""

    arc: str
    kind: Kind
    source: str
    qualified_device: bool = False
    """Whether the policy promises that the key lives in a qualified device."""

    def covers(self, identifier: str) -> bool:
        """Say whether an identifier is this one or below it."""
        return identifier == self.arc or identifier.startswith(self.arc + ".")


_FNMT = "FNMT-RCM, certification practice statements"
_DGP = "Dirección General de la Policía, DNIe practice statement"
_AAPP = "Perfiles de certificados electrónicos of the Spanish administrations, 2016"
_QCP = "ETSI EN 319 411-2 section 5.3"
_WEB = "ETSI EN 319 411-1 section 5.3"
_BROWSERS = "CA/Browser Forum, Baseline Requirements section 7.1.6.1"
_QCT = "ETSI EN 319 412-5 section 4.2.3"

PROFILES = (
    Profile("1.3.6.1.4.1.5734.3.10.1", Kind.PERSON, _FNMT),
    Profile("1.3.6.1.4.1.5734.3.20.1", Kind.PERSON, _FNMT),
    Profile("1.3.6.1.4.1.5734.3.11", Kind.REPRESENTATIVE, _FNMT),
    Profile("1.3.6.1.4.1.5734.3.7", Kind.REPRESENTATIVE, _FNMT),  # legal persons, extinct
    Profile("2.16.724.1.2.2.2.4", Kind.CARD, _DGP, qualified_device=True),
    Profile("2.16.724.1.2.2.2", Kind.CARD_SIGNATURE, _DGP, qualified_device=True),
    Profile("2.16.724.1.3.5.1", Kind.WEBSITE, _AAPP),
    Profile("2.16.724.1.3.5.2", Kind.SEAL, _AAPP),
    Profile("2.16.724.1.3.5.3", Kind.EMPLOYEE, _AAPP),
    Profile("2.16.724.1.3.5.4", Kind.PSEUDONYM, _AAPP),
    Profile("2.16.724.1.3.5.5", Kind.WEBSITE, _AAPP),
    Profile("2.16.724.1.3.5.6", Kind.SEAL, _AAPP),
    Profile("2.16.724.1.3.5.7", Kind.EMPLOYEE, _AAPP),
    Profile("2.16.724.1.3.5.8", Kind.REPRESENTATIVE, _AAPP),
    Profile("2.16.724.1.3.5.9", Kind.REPRESENTATIVE, _AAPP),
    Profile("0.4.0.194112.1.0", Kind.PERSON, _QCP),
    Profile("0.4.0.194112.1.1", Kind.SEAL, _QCP),
    Profile("0.4.0.194112.1.2", Kind.PERSON, _QCP, qualified_device=True),
    Profile("0.4.0.194112.1.3", Kind.SEAL, _QCP),
    Profile("0.4.0.194112.1.4", Kind.WEBSITE, _QCP),
    Profile("0.4.0.194112.1.5", Kind.WEBSITE, _QCP),
    Profile("0.4.0.194112.1.6", Kind.WEBSITE, _QCP),
    Profile("0.4.0.2042.1.4", Kind.WEBSITE, _WEB),
    Profile("0.4.0.2042.1.6", Kind.WEBSITE, _WEB),
    Profile("0.4.0.2042.1.7", Kind.WEBSITE, _WEB),
    Profile("0.4.0.2042.1.8", Kind.WEBSITE, _WEB),
    Profile("2.23.140.1.1", Kind.WEBSITE, _BROWSERS),
    Profile("2.23.140.1.2", Kind.WEBSITE, _BROWSERS),
    Profile("0.4.0.1862.1.6.2", Kind.SEAL, _QCT),
    Profile("0.4.0.1862.1.6.3", Kind.WEBSITE, _QCT),
)
_ORDER = list(Kind)


@dataclass(frozen=True, slots=True)
class Mark:
    """An identifier found in a certificate, and what the table says of it."""

    identifier: str
    profile: Profile


def recognised(identifiers: Iterable[str]) -> list[Mark]:
    """Look up identifiers; the marks that decide come first, unknown ones are left out."""
    marks = [mark for identifier in identifiers if (mark := _looked_up(identifier)) is not None]
    return sorted(marks, key=lambda mark: _ORDER.index(mark.profile.kind))


def _looked_up(identifier: str) -> Mark | None:
    covering = [profile for profile in PROFILES if profile.covers(identifier)]
    if not covering:
        return None
    # The longest arc is the most particular.
    return Mark(identifier, max(covering, key=lambda profile: len(profile.arc)))
