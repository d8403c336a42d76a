"""Where a redirection URI leads, as far as it tells whose it is. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


# RFC 8252 section 7.1: the scheme of an app's own is a domain of its maker, backwards. What stands
# where a host would, in `org.example.app://bank.example`, is anybody's to write.
def own_scheme(uri: str) -> str | None:
    """Return the scheme of an app's own; None for a web address."""
    scheme = urlsplit(uri).scheme
    return None if scheme in {"https", "http"} else scheme


def shown(uri: str) -> str:
    """Return what a person can check of an address: its host and port, or the app's own scheme."""
    return own_scheme(uri) or urlsplit(uri).netloc


def owner(uri: str) -> str:
    """Return whose an address is: its host, or the app's own scheme."""
    return own_scheme(uri) or urlsplit(uri).hostname or ""
