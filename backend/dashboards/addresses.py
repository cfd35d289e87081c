"""Addresses of the dashboards' pages, made without asking a web framework."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

BASE = "/analytics"
LEFT_AS_THEY_ARE = "!$'()*,/:;?@"  # as Flask leaves them in addresses


def address_of(path: str, parameters: Mapping[str, Any]) -> str:
    """A path with parameters: texts, numbers and lists of them; None is left out."""
    query = query_of({name: value for name, value in parameters.items() if value is not None})
    return f"{path}?{query}" if query else path


def query_of(parameters: Mapping[str, Any]) -> str:
    return urlencode(parameters, doseq=True, safe=LEFT_AS_THEY_ARE)
