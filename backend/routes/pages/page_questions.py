"""The questions in the address of a dashboard page, in the zone of whoever asks."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request
from werkzeug.datastructures import MultiDict

from backend.analytics.warehouse.service import Warehouse
from backend.clock import utc_now
from backend.dashboards.funnel.question import BarQuestion, FunnelQuestion
from backend.dashboards.question import PageQuestion
from backend.plugins import get
from backend.routes.reader import reader_zone
from backend.routes.schemas.board_forms import filter_parameters


def question_here(own: Iterable[str]) -> PageQuestion:
    """`own` are the parameters of the page beyond those of every page."""
    return _question(request.args, own)


def question_of_form() -> PageQuestion:
    """The filters that a form was opened with: of the address, or where the form was refused, of what it sent."""
    if request.method != "POST":
        return question_here(())
    return _question(MultiDict(filter_parameters(request.form.get("query", ""))), ())


def _question(args: MultiDict[str, str], own: Iterable[str]) -> PageQuestion:
    return PageQuestion.parse(args, reader_zone(), utc_now(), own, get(Warehouse).first_day)


def funnel_here() -> FunnelQuestion:
    return FunnelQuestion.parse(request.args, reader_zone(), utc_now(), get(Warehouse).first_day)


def bar_here() -> BarQuestion:
    return BarQuestion.parse(request.args, reader_zone(), utc_now(), get(Warehouse).first_day)
