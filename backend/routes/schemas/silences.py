"""The form of a silence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from backend.analytics.monitoring.alerts.service import NewSilence
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.instants import local_instant

LENGTHS: Mapping[str, tuple[str, timedelta]] = {
    "1h": ("In 1 hour", timedelta(hours=1)),
    "4h": ("In 4 hours", timedelta(hours=4)),
    "1d": ("In 1 day", timedelta(days=1)),
    "7d": ("In 7 days", timedelta(days=7)),
}
EVERY_RULE = ""
NOT_A_TIME = "Enter a date and a time, such as 2026-11-30T22:00."


def silence_of_form(form: Mapping[str, str], rule_id: str | None, now: datetime, zone: str) -> NewSilence:
    """Raises InvalidRequest with every field that cannot be read. Times without a zone are the reader's."""
    errors: list[FieldError] = []
    starts_at = _moment(form, "starts_at", zone, errors)
    ends_at = _moment(form, "ends_at", zone, errors)
    length = LENGTHS.get(form.get("lasts", "1h"))
    if length is None:
        errors.append(FieldError("lasts", "Choose one of the lengths."))
    if errors or length is None:
        raise InvalidRequest(errors)
    return NewSilence(rule_id, starts_at, ends_at or (starts_at or now) + length[1], form.get("reason", "").strip())


def _moment(form: Mapping[str, str], name: str, zone: str, errors: list[FieldError]) -> datetime | None:
    """A local time as browsers send it; None of an empty field."""
    text = form.get(name, "").strip()
    moment = local_instant(text, zone)
    if text and moment is None:
        errors.append(FieldError(name, NOT_A_TIME))
    return moment
