"""What people may say on the pages of their own account, and what those show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from backend.accounts.people.addresses import deliverable, why_not
from backend.accounts.permissions import Role
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.onward import safe_next

ROLES: Mapping[Role, tuple[str, str]] = MappingProxyType(
    {
        Role.MEMBER: ("Member", "has their own account and nothing else"),
        Role.ANALYST: ("Analyst", "views the dashboards"),
        Role.EXPERIMENTER: ("Experimenter", "views the dashboards and will run experiments"),
        Role.OPS: ("Operations", "views background work and can send events"),
        Role.ADMIN: ("Admin", "can do everything, including to other people’s accounts"),
    }
)
HOME = "/account"
OWN_FIELDS = frozenset({"csrf_token", "confirm_password", "onward", "sends_again"})
NO_PASSWORD = "Enter your password."  # noqa: S105


@dataclass(frozen=True, slots=True)
class EmailChange:
    email: str
    password: str

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Self:
        email = deliverable(form.get("email", ""))
        password = form.get("password", "")
        errors = [] if email else [FieldError("email", why_not(form.get("email", "")))]
        if not password:
            errors.append(FieldError("password", NO_PASSWORD))
        if errors or email is None:
            raise InvalidRequest(errors)
        return cls(email, password)


@dataclass(frozen=True, slots=True)
class PasswordChange:
    old: str
    new: str

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Self:
        old, new = form.get("old_password", ""), form.get("new_password", "")
        errors = [] if old else [FieldError("old_password", "Enter your current password.")]
        if not new:
            errors.append(FieldError("new_password", "Enter a new password."))
        if errors:
            raise InvalidRequest(errors)
        return cls(old, new)


@dataclass(frozen=True, slots=True)
class Removal:
    """Of the second factor: whoever removes it still has it, or a recovery code."""

    code: str

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Self:
        code = form.get("code", "").strip()
        if not code:
            raise InvalidRequest([FieldError("code", "Enter the code your app shows, or a recovery code.")])
        return cls(code)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Where somebody goes on to after typing the password again. `carried` is the form that they sent there, if any."""

    onward: str
    carried: tuple[tuple[str, str], ...] = ()
    sends_again: bool = False

    @classmethod
    def carrying(cls, path: str, form: Iterable[tuple[str, str]]) -> Self:
        return cls(path, tuple((name, value) for name, value in form if name not in OWN_FIELDS), sends_again=True)

    @classmethod
    def again(cls, form: Iterable[tuple[str, str]]) -> Self:
        """From the form of the page itself."""
        fields = list(form)
        own = dict(fields)
        carrying = cls.carrying(safe_next(own.get("onward", ""), HOME), fields)
        return carrying if own.get("sends_again") else cls(carrying.onward)


@dataclass(frozen=True, slots=True)
class TypedAgain:
    password: str
    confirmation: Confirmation

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Self:
        password = form.get("confirm_password", "")
        if not password:
            raise InvalidRequest([FieldError("confirm_password", NO_PASSWORD)])
        return cls(password, Confirmation.again(form.items()))
