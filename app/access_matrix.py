"""Who may call which route, as a table: from what the routes declare and what the roles hold."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

from backend.accounts.permissions import KEY_SCOPES, Role
from backend.routes.access import Access, Rate, access_of

UNSEEN = frozenset({"HEAD", "OPTIONS"})
FRESH = "password typed in the last 10 minutes"


def matrix(app: Flask) -> str:
    """In Markdown, a row for each address and its methods, by address."""
    heads = ("route", "methods", "demands", "allowance", "nobody", *Role, "key")
    rows = sorted(_rows(app), key=lambda row: (row[0].strip("`"), row[1]))
    table = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in table)


def _rows(app: Flask) -> Iterator[tuple[str, ...]]:
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if access is not None:
            yield _row(rule, access)


def _row(rule: Rule, access: Access) -> tuple[str, ...]:
    methods = " ".join(sorted((rule.methods or set()) - UNSEEN))
    allowance = "" if access.rate is Rate.NONE else str(access.rate)
    if access.scope is None:
        return (f"`{rule.rule}`", methods, f"nothing: {access.reason}", allowance, *_marks([True] * (len(Role) + 2)))
    demands = f"`{access.scope}`" + (f", {FRESH}" if access.fresh else "")
    if access.networks:
        demands += f", or a network of `{access.networks}`"
    holders = [False, *(access.scope in role.scopes for role in Role), access.scope in KEY_SCOPES and not access.fresh]
    return (f"`{rule.rule}`", methods, demands, allowance, *_marks(holders))


def _marks(held: list[bool]) -> Iterator[str]:
    return ("yes" if allowed else "" for allowed in held)
