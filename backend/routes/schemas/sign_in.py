"""What people type to sign in, to sign up and to set a password."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from backend.accounts.people.addresses import deliverable, why_not
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.account import NO_PASSWORD

Problem = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class SignInForm:
    """`next` is as it came: where it leads is judged when it is used. `stays`: also when the browser is closed."""

    email: str
    password: str
    next: str
    stays: bool

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Self:
        email, password = form.get("email", "").strip(), form.get("password", "")
        errors = [] if email else [FieldError("email", "Enter your email address.")]
        if not password:
            errors.append(FieldError("password", NO_PASSWORD))
        if errors:
            raise InvalidRequest(errors)
        return cls(email, password, form.get("next", ""), "stays" in form)


@dataclass(frozen=True, slots=True)
class CodeForm:
    code: str
    next: str

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Self:
        code = form.get("code", "").strip()
        if not code:
            raise InvalidRequest([FieldError("code", "Enter the code your app shows.")])
        return cls(code, form.get("next", ""))


@dataclass(frozen=True, slots=True)
class SignUpForm:
    email: str
    password: str

    @classmethod
    def parse(cls, form: Mapping[str, str], problem: Problem) -> Self:
        """`problem` says what is wrong with a password for an address."""
        email, password = deliverable(form.get("email", "")), form.get("password", "")
        errors = [] if email else [FieldError("email", why_not(form.get("email", "")))]
        if wrong := problem(password, email or ""):
            errors.append(FieldError("password", wrong if password else "Choose a password."))
        if errors or email is None:
            raise InvalidRequest(errors)
        return cls(email, password)


def address(form: Mapping[str, str]) -> str:
    email = deliverable(form.get("email", ""))
    if email is None:
        raise InvalidRequest([FieldError("email", why_not(form.get("email", "")))])
    return email


def password(form: Mapping[str, str], missing: str) -> str:
    typed = form.get("password", "")
    if not typed:
        raise InvalidRequest([FieldError("password", missing)])
    return typed
