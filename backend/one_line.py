"""Texts that people read in one line, as names are."""

from __future__ import annotations


def must_fit(field: str) -> str:
    """What is said of a text that `str.isprintable` refuses."""
    return f"The {field} must fit on one line: take out line breaks, tabs and the like."
