"""Where a push message may be sent. Pure.

A subscription is an address that a stranger's browser chose: without this, the service would call
any host inside the network on request (server-side request forgery, CWE-918).
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

HTTPS_PORT = 443
_MAX_ENDPOINT = 2048
# RFC 6052 section 2.1 and RFC 8215: IPv4 behind a translator, the second one a site's own.
_NAT64 = IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")


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
    return bool(addresses) and all(_is_public(ip_address(address)) for address in addresses)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address in _LOCAL_NAT64:
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast
