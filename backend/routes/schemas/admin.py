"""What admins may ask about accounts, and say to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from backend.accounts.people.addresses import deliverable, why_not
from backend.accounts.permissions import Role
from backend.errors import FieldError, InvalidRequest

MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class AccountsQuestion:
    """`?q=` a whole address or a public id, `&page=2`. `error` says what cannot be looked up."""

    text: str
    email: str | None
    public_id: UUID | None
    page: int
    error: str | None

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> Self:
        text = args.get("q", "").strip()
        email, public_id = deliverable(text), _uuid(text)
        unknown = bool(text) and email is None and public_id is None
        error = "Enter a full email address or an account ID." if unknown else None
        return cls(text[:300], email, public_id, _page(args.get("page", "1")), error)


@dataclass(frozen=True, slots=True)
class Invitation:
    email: str
    role: Role

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Self:
        email, role = deliverable(form.get("email", "")), _role(form)
        errors = [] if email else [FieldError("email", why_not(form.get("email", "")))]
        if role is None:
            errors.append(NO_ROLE)
        if email is None or role is None:
            raise InvalidRequest(errors)
        return cls(email, role)


@dataclass(frozen=True, slots=True)
class RoleChange:
    role: Role

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Self:
        role = _role(form)
        if role is None:
            raise InvalidRequest([NO_ROLE])
        return cls(role)


NO_ROLE = FieldError("role", "Choose a role.")


def _role(form: Mapping[str, str]) -> Role | None:
    name = form.get("role", "")
    return Role(name) if name in list(Role) else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.removeprefix("account:"))
    except ValueError:
        return None


def _page(text: str) -> int:
    return min(int(text), MOST_PAGES) if text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) else 1
