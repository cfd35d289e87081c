"""What people may say about API keys of their own, and the words that the page has for scopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Self

from werkzeug.datastructures import MultiDict

from backend.accounts.permissions import KEY_SCOPES, Scope
from backend.errors import FieldError, InvalidRequest
from backend.one_line import must_fit

SCOPES: Mapping[Scope, tuple[str, str]] = MappingProxyType(
    {
        Scope.DASHBOARDS_READ: ("View the dashboards", "the numbers of visits, never who they were"),
        Scope.EVENTS_WRITE: ("Send events", "from anywhere, many at once"),
        Scope.JOBS_READ: ("View background work", "what failed and what is waiting"),
    }
)
DAYS = (30, 90, 180, 365)
LONGEST_NAME = 100
MOST_PER_HOUR = 1_000_000


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be made. People's keys end some day; those made in the shell need not."""

    name: str
    scopes: frozenset[Scope]
    lifetime: timedelta
    hourly_limit: int | None

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> Self:
        name, days, per_hour = (form.get(field, "").strip() for field in ("name", "days", "per_hour"))
        scopes = {scope.value: scope for scope in KEY_SCOPES}
        chosen = form.getlist("scopes")
        checks = (
            ("name", 1 <= len(name) <= LONGEST_NAME, "Enter a name of up to 100 characters."),
            ("name", name.isprintable(), must_fit("name")),
            ("scopes", bool(chosen) and set(chosen) <= set(scopes), "Choose what the key can do."),
            ("days", days in map(str, DAYS), "Choose when the key expires."),
            (
                "per_hour",
                not per_hour or _is_count(per_hour),
                "Enter a whole number from 1 to 1,000,000, or leave it empty.",
            ),
        )
        errors = [FieldError(field, message) for field, good, message in checks if not good]
        if errors:
            raise InvalidRequest(errors)
        limit = int(per_hour) if per_hour else None
        return cls(name, frozenset(scopes[text] for text in chosen), timedelta(days=int(days)), limit)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 7 and 1 <= int(text) <= MOST_PER_HOUR
