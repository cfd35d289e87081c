"""How people read pages: in which time zone, and whether keys are shortcuts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from backend.accounts.people.models import Account
from backend.errors import FieldError, InvalidRequest, NotFound
from backend.time_zones import zone_named


@dataclass(frozen=True, slots=True)
class Preferences:
    """What an account chose. `time_zone` is None where it follows the business's."""

    time_zone: str | None = None
    shortcuts: bool = True


class PreferenceService:
    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, account_id: int) -> Preferences:
        account = self._account(account_id)
        return Preferences(account.time_zone, account.shortcuts)

    def choose_zone(self, account_id: int, name: str) -> str | None:
        """The zone of a place; the empty text stands for the business's."""
        zone = zone_named(name) if name else None
        if name and zone is None:
            raise InvalidRequest([FieldError("tz", "Choose a time zone from the list.")])
        self._account(account_id).time_zone = zone
        self._session.commit()
        return zone

    def switch_shortcuts(self, account_id: int, *, on: bool) -> None:
        self._account(account_id).shortcuts = on
        self._session.commit()

    def _account(self, account_id: int) -> Account:
        account = self._session.get(Account, account_id)
        if account is None:
            raise NotFound("There is no such account.")
        return account
