"""Where a token is good: resource indicators (RFC 8707)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

MAX_RESOURCES = 10


class TargetError(ValueError):
    """A resource is malformed, unknown, or more than was granted."""


# RFC 8707 section 2: an absolute URI without fragment; several by repeating the parameter, which
# reach us joined by spaces (no URI holds one).
def read(text: str | None) -> tuple[str, ...]:
    """Return the resources asked for, each once. Raises TargetError."""
    asked = tuple(dict.fromkeys((text or "").split()))
    if len(asked) > MAX_RESOURCES:
        raise TargetError("too many resources")
    for resource in asked:
        try:
            parts = urlsplit(resource)
        except ValueError as error:
            raise TargetError("a resource is no URI") from error
        if not parts.scheme or not (parts.netloc or parts.path) or "#" in resource:
            raise TargetError("a resource is no absolute URI, or has a fragment")
    return asked


# RFC 8707 sections 2.1 and 2.2: what the client may address; of that, what the request was for; of
# that, what this token is for.
def audience(
    asked: tuple[str, ...],
    granted: tuple[str, ...],
    registered: tuple[str, ...],
    issuer: str,
) -> tuple[str, ...]:
    """Return the audience of a token; empty when it is for nobody but us. Raises TargetError."""
    usual = (*registered, issuer) if registered else ()
    check_known(asked, granted or (*registered, issuer))
    return asked or granted or usual


def check_known(asked: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a resource beyond those known. Raises TargetError."""
    if not set(asked) <= set(known):
        raise TargetError("a resource is not one that the client may ask for")


# RFC 9068 section 1: a JWT is for who can read it; a token for us alone, or for a client that
# wants to learn nothing from it, is a handle.
def opaque(audience: tuple[str, ...], issuer: str, wanted_format: str | None) -> bool:
    """Say whether an access token is a handle rather than a JWT."""
    return wanted_format == "opaque" or not set(audience) - {issuer}
