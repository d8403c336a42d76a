"""Which network a request came from: what limits by source count. Pure: no I/O."""

import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Networks:
    """How many leading bits of an address name the network that is counted."""

    ipv4_bits: int = 24
    # RFC 4291 section 2.5.4: the first 64 bits name the subnet, the rest one machine in it.
    ipv6_bits: int = 64


def network_of(source: str | None, networks: Networks) -> str | None:
    """Return the network of an address or of a narrower network; None for what is neither.

    What cannot be read is not counted by source; the other limits hold.
    """
    try:
        given = ipaddress.ip_interface(source or "")
    except ValueError:
        return None
    address = given.ip
    # RFC 4291 section 2.5.5.2: an IPv4 address may come dressed as an IPv6 one.
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    is_ipv4 = isinstance(address, ipaddress.IPv4Address)
    bits = networks.ipv4_bits if is_ipv4 else networks.ipv6_bits
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
