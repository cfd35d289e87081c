"""What admins may ask about accounts, and say to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from backend.accounts.people.addresses import deliverable, why_not
from backend.accounts.people.directory import AccountSearch
from backend.accounts.people.models import AccountState
from backend.accounts.permissions import Role
from backend.errors import FieldError, InvalidRequest

MOST_PAGES, LONGEST_SEARCH = 100_000, 254


@dataclass(frozen=True, slots=True)
class AccountsQuestion:
    """`?q=` an address, a part of one or a public id, `&role=`, `&state=`, `&page=2`. `errors`: by field.

    Values stay as entered, so that a wrong one comes back to be mended.
    """

    text: str
    role: str
    state: str
    page: int
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> Self:
        text, role, state = (args.get(name, "").strip() for name in ("q", "role", "state"))
        errors = {}
        if len(text) > LONGEST_SEARCH or not text.isprintable():
            errors["q"] = f"Enter an email address, part of one, or an account ID: up to {LONGEST_SEARCH} characters."
        if role and role not in list(Role):
            errors["role"] = "Choose a role from the list."
        if state and state not in list(AccountState):
            errors["state"] = "Choose a state from the list."
        return cls(text[:LONGEST_SEARCH], role[:20], state[:20], _page(args.get("page", "1")), errors)

    @property
    def email(self) -> str | None:
        """The whole address, where one was entered."""
        return deliverable(self.text)

    def search(self, index_of: Callable[[str], str]) -> AccountSearch:
        role, state = (Role(self.role) if self.role else None), (AccountState(self.state) if self.state else None)
        public_id, email = _uuid(self.text), self.email
        index = index_of(email) if email else None
        part = "" if public_id or email else self.text
        return AccountSearch(part, index, public_id, role, state)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.role or self.state)

    def address(self, page: int = 1) -> dict[str, str | int]:
        """The same question as the parts of an address, at another page."""
        parts: dict[str, str | int] = {"q": self.text, "role": self.role, "state": self.state}
        return {name: value for name, value in parts.items() if value} | ({"page": page} if page > 1 else {})


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
