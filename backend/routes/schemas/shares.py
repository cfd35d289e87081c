"""A link to a dashboard page, as the form brings it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from urllib.parse import parse_qs

from werkzeug.datastructures import MultiDict

from backend.analytics.shares.share import NewShare, Parameters
from backend.analytics.views.view import NewView, ViewKind
from backend.dashboards.pages.boards import BOARDS
from backend.dashboards.pages.funnel import FUNNEL
from backend.dashboards.pages.overview import Overview
from backend.dashboards.saved import checked, parameters_of
from backend.dashboards.shared import BOARD, SHARED_PAGES
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.annotations import day_of

CHART = re.compile(r"[a-z][a-z_-]{0,39}")


def share_of_form(
    form: Mapping[str, str], zone: str, now: datetime, today: date, problem_of: Callable[[str], str | None]
) -> NewShare:
    """Raises InvalidRequest with every fault. `today`: of the business. `problem_of`: why a password is refused."""
    page, chart, password = form.get("page", ""), form.get("chart", ""), form.get("password", "")
    sent_day = form.get("last_day", "").strip()
    last_day = day_of(sent_day)
    errors = [*_of_password(password, chart, problem_of)]
    if sent_day and last_day is None:
        errors.append(FieldError("last_day", "Enter the last day as year, month and day, like 2027-01-31."))
    elif last_day and last_day < today:
        errors.append(FieldError("last_day", "Choose today or a later day."))
    if not _can_be_shared(page, chart, form.get(BOARD, "")):
        errors.append(FieldError("page", "This page can’t be shared by a link."))
    if errors:
        raise InvalidRequest(errors)
    parameters = parameters_of(MultiDict(parse_qs(form.get("query", ""), keep_blank_values=True)), page)
    checked(_as_view(page, parameters), zone, now)
    return NewShare(page, {**parameters, **_board(page, form)}, chart, password, last_day)


def _can_be_shared(page: str, chart: str, board: str) -> bool:
    if chart and (page in (FUNNEL.name, BOARDS.name) or not CHART.fullmatch(chart)):
        return False
    return page in SHARED_PAGES and (page == BOARDS.name) == bool(board)


def _as_view(page: str, parameters: Parameters) -> NewView:
    """What a page is asked, as a saved view would keep it; a board is asked what every page is."""
    kind = ViewKind.FUNNEL if page == FUNNEL.name else ViewKind.VIEW
    return NewView("shared", kind, Overview.name if page == BOARDS.name else page, parameters)


def _board(page: str, form: Mapping[str, str]) -> Parameters:
    return {BOARD: (form[BOARD],)} if page == BOARDS.name else {}


def _of_password(password: str, chart: str, problem_of: Callable[[str], str | None]) -> Iterator[FieldError]:
    if password and chart:
        yield FieldError("password", "A chart in a frame can’t ask for a password.")
    elif password and (problem := problem_of(password)):
        yield FieldError("password", problem)
