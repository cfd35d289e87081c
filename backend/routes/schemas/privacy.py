"""What people may say on the pages about their data, and the cookie that remembers what they said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from backend.accounts.privacy.consent import VERSION
from backend.accounts.privacy.export import Form
from backend.accounts.privacy.models import ConsentChoice
from backend.errors import FieldError, InvalidRequest
from backend.personal_data import DataClass
from backend.routes.schemas.onward import safe_next

COOKIE = "mingus_consent"
REMEMBERED = timedelta(days=180)
WRITTEN = re.compile(r"(\d{1,4})\.(accepted|rejected)\.(\d{1,11})")
KINDS = (
    ("If you use the calculator", ("assessments", "visits", "events", "consents")),
    (
        "If you have an account",
        ("account", "sign_ins", "letters", "api_keys", "saved_views", "boards", "shared_links", "annotations"),
    ),
)


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """An answer to our question, as a browser keeps it: `version.choice.time`."""

    version: int
    choice: ConsentChoice
    at: datetime

    @classmethod
    def of_cookie(cls, text: str) -> Self | None:
        """None for what is no answer, or one to an earlier version of the question."""
        match = WRITTEN.fullmatch(text)
        if match is None or int(match[1]) != VERSION:
            return None
        return cls(VERSION, ConsentChoice(match[2]), datetime.fromtimestamp(int(match[3]), UTC))

    def as_cookie(self) -> str:
        return f"{self.version}.{self.choice}.{int(self.at.timestamp())}"


@dataclass(frozen=True, slots=True)
class ConsentForm:
    choice: ConsentChoice
    onward: str

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Self:
        choice = form.get("choice", "")
        if choice not in set(ConsentChoice):
            raise InvalidRequest([FieldError("choice", "Say yes or no.")])
        return cls(ConsentChoice(choice), safe_next(form.get("next", ""), "/privacy"))


def form_of(form: Mapping[str, str]) -> Form:
    """How somebody wants the copy of their data."""
    if form.get("form") not in set(Form):
        raise InvalidRequest([FieldError("form", "Choose what you want to download.")])
    return Form(form["form"])


def password_of(form: Mapping[str, str]) -> str:
    if not (password := form.get("password", "")):
        raise InvalidRequest([FieldError("password", "Enter your password.")])
    return password


def by_importance(classes: Iterable[DataClass]) -> list[tuple[str, list[DataClass]]]:
    """The data classes under three headings: what everybody leaves first, what only keeps records last."""
    by_name = {data_class.name: data_class for data_class in classes}
    named = [(heading, [by_name.pop(name) for name in names if name in by_name]) for heading, names in KINDS]
    rest = sorted(by_name.values(), key=lambda data_class: data_class.title)
    return [(heading, members) for heading, members in (*named, ("Behind the scenes", rest)) if members]
