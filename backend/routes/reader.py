"""How whoever asks reads pages: their time zone, and whether keys are shortcuts."""

from __future__ import annotations

from flask import current_app, g

from backend.accounts.people.preferences import Preferences, PreferenceService
from backend.plugins import get
from backend.routes.access import caller


def reader() -> Preferences | None:
    """What whoever asks chose; None for programs, and for people without an account."""
    who = caller()
    if who is None or who.role is None or who.account_id is None:
        return None
    if "preferences" not in g:
        g.preferences = get(PreferenceService).of(who.account_id)
    preferences: Preferences = g.preferences
    return preferences


def reader_zone() -> str:
    """The time zone of pages whose address names none."""
    who = reader()
    zone: str = (who and who.time_zone) or current_app.config["BUSINESS_TIME_ZONE"]
    return zone
