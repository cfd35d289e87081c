"""Public IP addresses and names, as opposed to those of this machine, its network or its cloud."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

NAT64 = IPv6Network("64:ff9b::/96")
IPV4_COMPATIBLE = IPv6Network("::/96")
GLOBAL_UNICAST = IPv6Network("2000::/3")
# Python 3.11 calls these global; the IANA registries of special addresses do not.
NOT_PUBLIC = frozenset({"corp", "home", "internal", "intranet", "lan", "local", "localdomain", "localhost", "private"})
NOT_GLOBAL = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"), IPv6Network("3fff::/20"))


def is_public(text: str) -> bool:
    """Whether the address may be called: it is global, and so is any IPv4 address wrapped in it."""
    address = _unwrapped(ip_address(text.partition("%")[0]))
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in NOT_GLOBAL)


def may_be_public(host: str) -> bool:
    """Whether a name may be one of the internet; where it leads is looked up at each call."""
    name = host.rstrip(".").lower()
    last = name.rpartition(".")[2]
    return "." in name and last.isalpha() and last not in NOT_PUBLIC and not name.endswith("home.arpa")


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that packets to an IPv4-mapped, 6to4, NAT64 or IPv4-compatible one may end at."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64 or address in IPV4_COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
