"""The form of the rota."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from werkzeug.datastructures import MultiDict

from backend.analytics.monitoring.alerts.on_call import Absence, NewRota, OnCallView
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.instants import local_instant
from backend.time_zones import zone_named

NOBODY = ""
NOT_A_PERSON = "Choose one from the list."


def rota_of_form(form: MultiDict[str, str], now: OnCallView | None) -> NewRota:
    """The rota as it is typed, with the stand-ins there are but for those that are to go. Raises InvalidRequest."""
    errors: list[FieldError] = []
    turns = tuple(_people(form, errors))
    if not turns:
        errors.append(FieldError("turn-1", "Choose at least one person."))
    zone = zone_named(form.get("tz", ""))
    if zone is None:
        errors.append(FieldError("tz", "Enter a time zone such as America/New_York."))
        zone = "UTC"
    kept = tuple(one for place, one in enumerate(now.stand_ins if now else ()) if f"remove-{place}" not in form)
    added = _stand_in(form, zone, errors)
    weekday, hour = _number(form, "weekday", 6, errors), _number(form, "hour", 23, errors)
    if errors:
        raise InvalidRequest(errors)
    return NewRota(turns, weekday, hour, zone, (*kept, added) if added else kept)


def _people(form: MultiDict[str, str], errors: list[FieldError]) -> Iterator[UUID]:
    for name in sorted((name for name in form if name.startswith("turn-")), key=lambda name: (len(name), name)):
        if form[name] != NOBODY and (person := _person(form[name], name, errors)):
            yield person


def _person(text: str, name: str, errors: list[FieldError]) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        errors.append(FieldError(name[:40], NOT_A_PERSON))
        return None


def _number(form: MultiDict[str, str], name: str, most: int, errors: list[FieldError]) -> int:
    text = form.get(name, "")
    if text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= most:
        return int(text)
    errors.append(FieldError(name, NOT_A_PERSON))
    return 0


def _stand_in(form: MultiDict[str, str], zone: str, errors: list[FieldError]) -> Absence | None:
    """Who else is on call for a time; None where nobody was chosen."""
    text = form.get("stand_in", NOBODY)
    if text == NOBODY:
        return None
    person = _person(text, "stand_in", errors)
    ends = [_moment(form, name, zone, errors) for name in ("starts_at", "ends_at")]
    return Absence(person, ends[0], ends[1]) if person and ends[0] and ends[1] else None


def _moment(form: MultiDict[str, str], name: str, zone: str, errors: list[FieldError]) -> datetime | None:
    moment = local_instant(form.get(name, ""), zone)
    if moment is None:
        errors.append(FieldError(name, "Enter a date and a time."))
    return moment
