"""What the page of the audit log may be asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from backend.audit.actions import Action
from backend.audit.chain import Detail
from backend.audit.listing import AuditFilter
from backend.audit.models import AuditEntry
from backend.audit.service import PUBLIC_NAME
from backend.csv_table import csv_lines
from backend.errors import FieldError, InvalidRequest

DAYS = (1, 7, 30, 90, 365)
COLUMNS = ("number", "at", "actor", "action", "object", "details", "digest")


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """Wrong values stay as entered, so that they come back to be mended; an email address becomes a name."""

    actor: str
    action: str
    object: str
    days: str
    before: int | None
    now: datetime
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, args: Mapping[str, str], now: datetime, account_with: Callable[[str], str | None]) -> Self:
        """`?actor=account:…&action=job.retried&object=job:7&days=30&before=120`

        `account_with`: the name, `account:…`, of the account with an email address.
        """
        fields = {name: args.get(name, "").strip() for name in ("actor", "action", "object", "days", "before")}
        errors = {}
        for name, example in (("actor", "cli"), ("object", "job:7")):
            fields[name], errors[name] = _named(fields[name], example, account_with)
        if fields["action"] and fields["action"] not in list(Action):
            errors["action"] = "Choose an action from the list."
        if fields["days"] and fields["days"] not in map(str, DAYS):
            errors["days"] = "Choose a period from the list."
        before = int(fields.pop("before")) if _is_number(fields["before"]) else None
        fields.pop("before", None)
        return cls(**fields, before=before, now=now, errors={name: wrong for name, wrong in errors.items() if wrong})

    @property
    def filter(self) -> AuditFilter:
        """Raises InvalidRequest, for those who cannot show the form again."""
        if self.errors:
            raise InvalidRequest(FieldError(name, message) for name, message in self.errors.items())
        since = self.now - timedelta(days=int(self.days)) if self.days else None
        return AuditFilter(self.actor, self.action, self.object, since)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.address())

    def address(self, **others: Detail) -> dict[str, Detail]:
        """The same question as the parts of an address, with some of them other than they are."""
        parts: dict[str, Detail] = {
            "actor": self.actor,
            "action": self.action,
            "object": self.object,
            "days": self.days,
            **others,
        }
        return {name: value for name, value in parts.items() if value}

    def details(self) -> dict[str, Detail]:
        """What is remembered of the question itself."""
        asked: dict[str, Detail] = {"days": int(self.days)} if self.days else {}
        asked |= {"by_" + name: value for name in ("actor", "action", "object") if (value := getattr(self, name))}
        return asked | ({"before": self.before} if self.before else {})


def audit_csv(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """What the chain covers, and its digests."""
    rows = (
        (e.number, e.at.isoformat(), e.actor, e.action, e.object, json.dumps(e.details, sort_keys=True), e.digest)
        for e in entries
    )
    yield from csv_lines(COLUMNS, rows)


def _named(text: str, example: str, account_with: Callable[[str], str | None]) -> tuple[str, str]:
    """The name that a text means in the log, and what is wrong with it."""
    if "@" in text:
        account = account_with(text)
        return account or text, "" if account else "No account has this email address."
    if text and not PUBLIC_NAME.fullmatch(text):
        return text, f"Enter an email address, or a name as the log stores it, such as {example}."
    return text, ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) < 10
