"""Which addresses may be called when somebody else names them. Pure: no I/O.

OWASP and RFC 9700 section 4.11 know the attack: a client registers an address inside our network
and lets us call it. So the scheme is fixed, and the numeric address itself is judged, however the
name was spelled.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import httpx

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class OutboundRefusedError(httpx.TransportError):
    """An address that is not called. `reason` is stable and names no address."""

    def __init__(self, reason: str) -> None:
        """Keep the rule that refused."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator opens beyond public addresses."""

    networks: tuple[Network, ...] = ()
    """Networks of one's own that relying parties live in, by https."""
    loopback: bool = False
    """This machine, also by http: for a demo on one machine, never elsewhere."""


PUBLIC_ONLY = Allowed()


def _networks(*spelled: str) -> tuple[Network, ...]:
    return tuple(ip_network(one) for one in spelled)


# What providers of machines answer with credentials: never, whatever else was opened.
METADATA = _networks(
    "169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32", "168.63.129.16/32",
    "100.100.100.200/32", "192.0.0.192/32", "fd00:ec2::254/128", "fd00:ec2::23/128",
    "fd20:ce::254/128",
)  # fmt: skip
_LOOPBACK = _networks("127.0.0.0/8", "::1/128")
# RFC 6890 and the IANA IPv4 special-purpose registry; RFC 5771 multicast, RFC 1112 class E.
_SPECIAL_IPV4 = _networks(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)  # fmt: skip
# RFC 4291 section 2.4 with the IANA registry: global unicast is 2000::/3. Outside lie ::1, mapped
# and compatible IPv4, NAT64, fc00::/7, fe80::/10 and ff00::/8.
_GLOBAL_IPV6 = ip_network("2000::/3")
# Inside it: IETF protocols with Teredo, documentation, 6to4 (an IPv4 address in disguise).
_SPECIAL_IPV6 = _networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")


# OpenID Connect Back-Channel Logout 1.0 section 2.2, OpenID Connect Core 1.0 section 8.1: https.
def check_url(url: str, allowed: Allowed = PUBLIC_ONLY) -> None:
    """Refuse what no address of a relying party may look like. Raises OutboundRefusedError.

    A name is judged when it is resolved, for each connection; a number here and now.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise OutboundRefusedError("malformed") from error
    # RFC 3986 section 3.2: readers disagree on where a host begins that has these before it.
    if not host or "@" in parts.netloc or "\\" in url or any(c <= " " for c in url):
        raise OutboundRefusedError("malformed")
    plain = parts.scheme == "http" and allowed.loopback and host in LOOPBACK_HOSTS
    if parts.scheme != "https" and not plain:
        raise OutboundRefusedError("not_https")
    with contextlib.suppress(ValueError):
        check_address(str(ip_address(host)), host, allowed)


def check_address(spelled: str, host: str, allowed: Allowed = PUBLIC_ONLY) -> None:
    """Refuse a numeric address that `host` stands for. Raises OutboundRefusedError."""
    try:
        address = ip_address(spelled)
    except ValueError as error:
        raise OutboundRefusedError("malformed") from error
    if _within(address, METADATA):
        raise OutboundRefusedError("metadata_address")
    if _within(address, _LOOPBACK):
        if not allowed.loopback:
            raise OutboundRefusedError("loopback_address")
        return
    # RFC 6761 section 6.3: a local name that leads elsewhere is not believed.
    if host in LOOPBACK_HOSTS:
        raise OutboundRefusedError("malformed")
    if not _within(address, allowed.networks) and not _public(address):
        raise OutboundRefusedError("special_address")


def _public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not _within(address, _SPECIAL_IPV4)
    return address in _GLOBAL_IPV6 and not _within(address, _SPECIAL_IPV6)


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
