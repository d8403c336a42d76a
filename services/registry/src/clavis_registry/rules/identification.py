"""How the person behind a session was identified, as the access token's `amr` tells. Pure."""

from collections.abc import Collection
from enum import StrEnum

from clavis_registry.rules.person import Channel, Status


class IdentifiedBy(StrEnum):
    """How a person was identified for an act."""

    OFFICE = "office"
    CERTIFICATE = "certificate"
    DNIE = "dnie"
    LOGIN = "login"
    LETTER = "letter"  # the code of the letter that enrolled the person
    REPORT = "report"  # an answer to a notice: it can only stop things


def identified_by(amr: Collection[str]) -> IdentifiedBy:
    """Read the methods of a login (RFC 8176).

    `swk` is a certificate in software; `hwk` with `sc` is one on a qualified device, as the
    DNIe is: others give the same.
    """
    if {"hwk", "sc"} <= set(amr):
        return IdentifiedBy.DNIE
    return IdentifiedBy.CERTIFICATE if "swk" in amr else IdentifiedBy.LOGIN


def shows_certificate(amr: Collection[str]) -> bool:
    """Say whether the login was made with a certificate or a DNIe."""
    return identified_by(amr) is not IdentifiedBy.LOGIN


# Regulation (EU) 910/2014 annex II: any qualified device gives `hwk` and `sc`, not the DNIe alone,
# and BOE-A-2015-14215 6.3 renews with the DNIe. Where only a login tells of the certificate, its
# kind is not known and it counts as any other; a signed request shows the certificate itself.
def channel_of(identified: IdentifiedBy) -> Channel:
    """Return the channel by which a login with a certificate, or an office, proves a person."""
    return {
        IdentifiedBy.OFFICE: Channel.OFFICE,
        IdentifiedBy.DNIE: Channel.CERTIFICATE_SOFTWARE,
        IdentifiedBy.CERTIFICATE: Channel.CERTIFICATE_SOFTWARE,
    }[identified]


# GDPR article 15: what is kept after a renunciation or a revocation is still the person's to read.
# A certificate is the only way in then; a token from before the end tells of another login.
def reads_own_past(status: Status, amr: Collection[str]) -> bool:
    """Say whether this login may read what is kept of its person, also after the identity ended."""
    if status in {Status.NONE, Status.REGISTERED}:
        return True
    return status is not Status.DECEASED and shows_certificate(amr)


# BOE-A-2015-14215 5.4: a new activation code is given to who shows a certificate, the PIN or the
# app. A password does not give itself a new way to recover.
def may_ask_activation_code(amr: Collection[str]) -> bool:
    """Say whether this login may ask for a new activation code."""
    return "pwd" not in amr and bool({"otp", "swk", "hwk", "pop"} & set(amr))
