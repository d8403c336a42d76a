"""When a person is told what a service receives, before it is sent. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# How, when and with what level somebody logged in is said of every login, in one line.
_OF_EVERY_LOGIN = frozenset({"acr", "amr", "auth_time"})


# Regulation (EU) 2016/679 article 13(1): purposes and data are told when they are obtained.
def personal(claims: Iterable[str]) -> tuple[str, ...]:
    """Return the claims that say something of the person beyond that they logged in."""
    return tuple(dict.fromkeys(claim for claim in claims if claim not in _OF_EVERY_LOGIN))


# OpenID Connect Core 1.0 section 3.1.2.4: consent is sought where it is asked for or needed; what
# a law lets a service have is no matter of choice, so the page informs and the way back stays open.
def must_show(
    claims: Iterable[str],
    shown: frozenset[str],
    *,
    asked_for: bool,
    first_party: bool,
    details: bool = False,
) -> bool:
    """Say whether the page of data stands before the answer.

    `shown` are the claims this person was told of for this service; `asked_for` is prompt=consent;
    `details` that something is to be authorised, which is told anew each time. Our own
    applications are part of what the person uses and tell nothing apart.
    """
    if asked_for or details:
        return True
    return not first_party and not set(personal(claims)) <= shown
