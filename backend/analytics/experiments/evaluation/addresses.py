"""Which pages an experiment runs on, and variations named in an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.analytics.experiments.evaluation.patterns import matches


def is_targeted(url: str, patterns: Sequence[Mapping[str, Any]]) -> bool:
    """Whether none of the excluding patterns fits, and one of the others, if there are others."""
    fitting = [(pattern.get("include") is not False, _fits(url, pattern)) for pattern in patterns]
    if any(fits and not includes for includes, fits in fitting):
        return False
    including = [fits for includes, fits in fitting if includes]
    return not including or any(including)


def _fits(url: str, pattern: Mapping[str, Any]) -> bool:
    """A regular expression is looked for in the address; a simple pattern, with `*`, is the whole of it.

    A simple one that begins with a slash is about the path; scheme, query, and fragment are left out of it.
    """
    text = str(pattern.get("pattern", ""))
    if pattern.get("type") == "regex":
        return matches(text, url)
    host_and_path = url.partition("#")[0].partition("?")[0].rpartition("://")[2]
    if text.startswith("/"):
        _, slash, path = host_and_path.partition("/")
        return _is_like(slash + path, text)
    return _is_like(host_and_path, text)


def _is_like(text: str, pattern: str) -> bool:
    first, *others = pattern.split("*")
    if not others:
        return text == pattern
    *middle, last = others
    if not text.startswith(first):
        return False
    at = len(first)
    for piece in middle:
        position = text.find(piece, at)
        if position < 0:
            return False
        at = position + len(piece)
    return text.endswith(last) and at <= len(text) - len(last)


def override_in(url: str, key: str, variations: int) -> int | None:
    """The variation that `?<key>=<number>` asks for, if there is such a one."""
    query = url.partition("#")[0].partition("?")[2]
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name == key:
            is_number = value.isascii() and value.isdigit() and len(value) <= len(str(variations))
            return int(value) if is_number and int(value) < variations else None
    return None
