"""Whether the answer may go where the request wants it."""

from __future__ import annotations

from urllib.parse import urlsplit

from clavis_gateway.records import RelyingParty

_LOOPBACK = {"127.0.0.1", "[::1]", "::1"}


# RFC 9700 section 2.1: exact string comparison, except the port of a native client's loopback
# address (RFC 8252 section 7.3). OpenID Connect Core 1.0 section 3.1.2.1: it is required.
def allowed_redirect_uri(client: RelyingParty, redirect_uri: str | None) -> str | None:
    """Return the redirection URI if the client registered it, else None."""
    if not redirect_uri:
        return None
    if redirect_uri in client.redirect_uris:
        return redirect_uri
    if client.metadata.get("application_type") == "native" and any(
        _same_loopback(redirect_uri, registered) for registered in client.redirect_uris
    ):
        return redirect_uri
    return None


def _same_loopback(asked: str, registered: str) -> bool:
    try:
        one, other = urlsplit(asked), urlsplit(registered)
        _ = one.port
    except ValueError:
        return False
    return (
        one.scheme == other.scheme == "http"
        and one.hostname in _LOOPBACK
        and one.hostname == other.hostname
        and one.username is None
        and (one.path, one.query, one.fragment) == (other.path, other.query, other.fragment)
    )
