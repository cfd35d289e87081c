"""Texts that must fit on one line, such as names."""

from __future__ import annotations


def must_fit(field: str) -> str:
    """The message about a text that `str.isprintable` refuses."""
    return f"The {field} must fit on one line, without line breaks, tabs, or the like."
