"""A link to a dashboard page, as the form brings it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from backend.analytics.shares.share import NewShare
from backend.analytics.views.view import NewView, ViewKind
from backend.dashboards.saved import checked
from backend.dashboards.shared import SHARED_PAGES, shared_parameters
from backend.errors import FieldError, InvalidRequest

CHART = re.compile(r"[a-z][a-z_-]{0,39}")


def share_of_form(
    form: Mapping[str, str], zone: str, now: datetime, today: date, problem_of: Callable[[str], str | None]
) -> NewShare:
    """Raises InvalidRequest with every fault. `today`: of the business. `problem_of`: why a password is refused."""
    page, chart, password = form.get("page", ""), form.get("chart", ""), form.get("password", "")
    last_day, errors = None, [*_of_password(password, chart, problem_of)]
    try:
        last_day = _day(form.get("last_day", "").strip(), today)
    except ValueError as error:
        errors.append(FieldError("last_day", str(error)))
    if page not in SHARED_PAGES or (chart and not CHART.fullmatch(chart)):
        errors.append(FieldError("page", "This page can’t be shared by a link."))
    if errors:
        raise InvalidRequest(errors)
    view = checked(NewView("shared", ViewKind.VIEW, page, shared_parameters(page, form.get("query", ""))), zone, now)
    return NewShare(page, view.parameters, chart, password, last_day)


def _of_password(password: str, chart: str, problem_of: Callable[[str], str | None]) -> Iterator[FieldError]:
    if password and chart:
        yield FieldError("password", "A chart in a frame can’t ask for a password.")
    elif password and (problem := problem_of(password)):
        yield FieldError("password", problem)


def _day(text: str, today: date) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError("Enter the last day as year, month and day, like 2027-01-31.") from None
    if not today <= day <= date(2200, 1, 1):
        raise ValueError("Choose today or a later day.")
    return day
