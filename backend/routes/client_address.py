from __future__ import annotations

from flask import request

from backend.client_address import Address, parse_address
from backend.errors import NotFound

FORWARDING = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip")


def client_address() -> Address | None:
    """The address this request came from; None where proxy or server name none, or something else."""
    return parse_address(request.remote_addr or "")


def is_local() -> bool:
    """Whether the request comes from this machine itself, and from nobody whom a proxy on it forwards."""
    address = client_address()
    return address is not None and address.is_loopback and not any(name in request.headers for name in FORWARDING)


def demand_local() -> None:
    """Raise NotFound unless the request comes from this machine itself."""
    if not is_local():
        raise NotFound("Page not found.")
