"""The errors of Mingus, in domain words.

MingusError                500  internal_error
├── BadRequest             400  bad_request
├── Unauthenticated        401  unauthenticated
├── Forbidden              403  forbidden
├── NotFound               404  not_found
├── TooLarge               413  too_large
├── UnsupportedMediaType   415  unsupported_media_type
├── InvalidRequest         422  invalid_request       names every bad field
└── Unavailable            503  unavailable           try again later

Each error carries the HTTP status it answers with, so that one renderer (`app/errors.py`) serves them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad field: its path in the request (`activities.4.A.1`, `[2].event_type`) and what is wrong with it.

    `code` is for programs: it stays the same when the message is reworded.
    """

    field: str
    message: str
    code: str = "invalid"


@dataclass(frozen=True, slots=True)
class WayOn:
    """Where a page of an error leads instead."""

    text: str
    address: str


class MingusError(Exception):
    """Base of every error that a caller may see. `ways_on`: where its page leads, the most likely first."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong"
    errors: tuple[FieldError, ...] = ()
    ways_on: tuple[WayOn, ...] = ()

    @property
    def in_words(self) -> str:
        """The text for people on a page; programs read `str()` of the error."""
        return str(self)


class BadRequest(MingusError):
    status = 400
    code = "bad_request"
    title = "The request cannot be read"


class Unauthenticated(MingusError):
    status = 401
    code = "unauthenticated"
    title = "Sign-in needed"


class Forbidden(MingusError):
    status = 403
    code = "forbidden"
    title = "Not allowed"


class NotFound(MingusError):
    status = 404
    code = "not_found"
    title = "Not found"


class TooLarge(MingusError):
    status = 413
    code = "too_large"
    title = "The request is too large"


class UnsupportedMediaType(MingusError):
    status = 415
    code = "unsupported_media_type"
    title = "Unsupported content type"


class InvalidRequest(MingusError):
    """The request can be read but says something impossible; `errors` names the bad fields, fifty at most."""

    status = 422
    code = "invalid_request"
    title = "The request is not valid"

    MOST = 50

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(islice(errors, self.MOST))
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in self.errors[:5]))


class Unavailable(MingusError):
    status = 503
    code = "unavailable"
    title = "Not available right now"
