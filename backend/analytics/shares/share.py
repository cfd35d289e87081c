"""Links by which somebody without an account reads one page of the dashboards, or one chart of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

Parameters: TypeAlias = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class NewShare:
    """A link to be made. `chart`: the one chart that is embedded; empty for the whole page.

    `password`: asked of readers; empty for none. `last_day`: the last day on which it opens.
    """

    page: str
    parameters: Parameters
    chart: str = ""
    password: str = ""
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A link as its owner sees it. `token` is None where the owner's key cannot be read any more."""

    public_id: UUID
    page: str
    parameters: Parameters
    chart: str
    has_password: bool
    last_day: date | None
    created_at: datetime
    token: str | None


@dataclass(frozen=True, slots=True)
class OpenedShare:
    """A link as its reader opens it. `password_hash`: of the password to ask for first, if any."""

    public_id: UUID
    account_id: int
    page: str
    parameters: Parameters
    chart: str
    password_hash: str | None
