from __future__ import annotations

from collections.abc import Iterable

from flask import current_app, request

from backend.client_address import Address, parse_address
from backend.errors import NotFound
from config.values import Network

FORWARDING = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip")


def client_address() -> Address | None:
    """The address this request came from; None where proxy or server name none, or something else."""
    return parse_address(request.remote_addr or "")


def is_from(networks: Iterable[Network]) -> bool:
    """Whether this request came from one of these networks.

    Behind a proxy that `TRUSTED_PROXIES` does not count, everybody has the address of the proxy: then it is nobody's.
    """
    address = client_address()
    if address is None or (not current_app.config["TRUSTED_PROXIES"] and _is_forwarded()):
        return False
    return any(address in network for network in networks)


def is_local() -> bool:
    """Whether the request comes from this machine itself, and from nobody whom a proxy on it forwards."""
    address = client_address()
    return address is not None and address.is_loopback and not _is_forwarded()


def demand_local() -> None:
    """Raise NotFound unless the request comes from this machine itself."""
    if not is_local():
        raise NotFound("Page not found.")


def _is_forwarded() -> bool:
    return any(name in request.headers for name in FORWARDING)
