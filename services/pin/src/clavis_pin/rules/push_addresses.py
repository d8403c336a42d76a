"""Where a push message may be sent. Pure.

A subscription is an address that a stranger's browser chose: without this, the service would call
any host inside the network on request (server-side request forgery, CWE-918).
"""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

HTTPS_PORT = 443
_MAX_ENDPOINT = 2048


def push_host(endpoint: str) -> str | None:
    """Return the host of an endpoint, or None where it may not be one.

    RFC 8030 section 8: HTTPS only; here also the usual port only, and no user information.
    """
    if len(endpoint) > _MAX_ENDPOINT or not endpoint.isascii():
        return None
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or port not in (None, HTTPS_PORT) or "@" in parts.netloc:
        return None
    return parts.hostname or None


def all_public(addresses: Sequence[str]) -> bool:
    """Say whether a host has addresses and each is one of the public Internet.

    `is_global` follows the IANA special-purpose registries (RFC 6890); an IPv4 address wrapped in
    an IPv6 one is looked at as what it is.
    """
    return bool(addresses) and all(_is_public(address) for address in addresses)


def _is_public(text: str) -> bool:
    address = ip_address(text)
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    checked = inner or address
    return checked.is_global and not checked.is_multicast
