"""Whether a posted form was filled in on our own page by the browser it was shown to. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

FIELD = "csrf"
_SITE_HEADER = "sec-fetch-site"
_ORIGIN_HEADER = "origin"


def form_token(browser_secret: str, scope: str) -> str:
    """Return the hidden token of one flow: only who holds the browser's cookie can make it."""
    return hmac.new(browser_secret.encode(), scope.encode(), hashlib.sha256).hexdigest()


# NIST SP 800-63B section 7.1 and W3C Fetch Metadata: a token bound to the session, and the
# browser's own word on where the form stood. The word is believed when it is given.
def is_our_form(
    *, token: str, browser_secret: str | None, scope: str, headers: Mapping[str, str], origin: str
) -> bool:
    """Say whether a post carries our token and does not come from another site.

    `origin` is our own, such as https://id.example. A client that sends neither header is no
    current browser; the token alone then decides.
    """
    if not browser_secret:
        return False
    if not hmac.compare_digest(token.encode(), form_token(browser_secret, scope).encode()):
        return False
    return from_our_site(headers, origin)


def from_our_site(headers: Mapping[str, str], origin: str) -> bool:
    """Say whether what the browser tells of a post's origin speaks for us."""
    site = headers.get(_SITE_HEADER)
    if site is not None:
        return site == "same-origin"
    stated = headers.get(_ORIGIN_HEADER)
    return stated is None or stated == origin
