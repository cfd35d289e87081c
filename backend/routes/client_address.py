from __future__ import annotations

from flask import request

from backend.client_address import Address, parse_address


def client_address() -> Address | None:
    """The address this request came from; None where proxy or server name none, or something else."""
    return parse_address(request.remote_addr or "")
