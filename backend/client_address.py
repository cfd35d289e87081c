"""The client's address, parsed in one place, so that limits, networks and places agree on what has none."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address
# Some proxies write ports into X-Forwarded-For: an IPv6 address then stands in brackets, maybe quoted.
WITH_PORT = re.compile(r'"?(?:\[(?P<ipv6>[^][]+)\]|(?P<ipv4>[0-9.]+))(?::[0-9]{1,5})?"?', re.ASCII)


def parse_address(text: str) -> Address | None:
    """The address without port, brackets and interface, IPv4 also where it is written as IPv6; None if it is none."""
    match = WITH_PORT.fullmatch(text.strip())
    bare = (match["ipv6"] or match["ipv4"]) if match else text.strip()
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
