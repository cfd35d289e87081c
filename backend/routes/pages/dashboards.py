"""`/analytics`: the operators' pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.metrics.attribution.service import AttributionService
from backend.analytics.metrics.catalogue.query import Result
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.live.feed import LiveFeed
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.clock import utc_now
from backend.plugins import get
from backend.routes.access import require
from backend.routes.pages.dashboard_controls import controls, failed, setting_of, understood
from backend.routes.api.annotations import notes_of
from backend.dashboards.page import (
    CONVERSIONS,
    EXPLORE,
    GEOGRAPHY,
    MEASURE_CHOICES,
    OVERVIEW,
    POPULAR,
    REVENUE,
    Board,
    Chart,
    Page,
    Setting,
)
from backend.dashboards.pages.revenue import credit_address, credit_chart, credit_query
from backend.dashboards.question import PageQuestion
from backend.dashboards.tables import OWN as TABLE
from backend.dashboards.tables import table_address, table_query
from backend.dashboards.funnel.chart import way_chart, way_query
from backend.routes.tables import answered

Further = Callable[[Setting, Sequence[Result]], Iterable[Chart]]
bp = Blueprint("analytics_pages", __name__, url_prefix="/analytics")
bp.register_error_handler(WarehouseUnavailable, failed)


@bp.get("", strict_slashes=False)
@require(Scope.DASHBOARDS_READ)
def overview() -> ResponseReturnValue:
    return _board(OVERVIEW, _way, now=get(LiveFeed).latest().now)


@bp.get("/conversions")
@require(Scope.DASHBOARDS_READ)
def conversions() -> ResponseReturnValue:
    return _board(CONVERSIONS)


@bp.get("/revenue")
@require(Scope.DASHBOARDS_READ)
def revenue() -> ResponseReturnValue:
    return _board(REVENUE, _credit)


@bp.get("/popular")
@require(Scope.DASHBOARDS_READ)
def popular() -> ResponseReturnValue:
    return _board(POPULAR)


@bp.get("/geography")
@require(Scope.DASHBOARDS_READ)
def geography() -> ResponseReturnValue:
    return _board(GEOGRAPHY)


@bp.get("/explore")
@require(Scope.DASHBOARDS_READ)
def explore() -> ResponseReturnValue:
    return _board(EXPLORE, _courses)


@bp.get("/table.csv")
@require(Scope.DASHBOARDS_READ)
def table() -> ResponseReturnValue:
    """The rows behind a chart."""
    query = table_query(request.args, _question(TABLE))
    name = "_by_".join([query.measures[0], *query.keys])
    return answered(get(CatalogueService).answer(query), "csv", name)


def _question(own: Iterable[str]) -> PageQuestion:
    return PageQuestion.parse(request.args, current_app.config["TIMEZONE"], utc_now(), own)


def _board(page: Page, further: Further | None = None, **more: Any) -> ResponseReturnValue:
    question = _question(page.own).within(page.own)
    if question.period is None:
        return _render_board(page, question, None), 422
    if further_on := understood(question):
        return redirect(url_for(f".{page.name}", **further_on.address()))
    results = get(CatalogueService).answers(page.queries(question))
    setting = setting_of(f".{page.name}", question, lambda query: url_for(".table", **table_address(query, question)))
    notes = notes_of(question.period)
    setting = replace(setting, happenings=tuple(note.happening for note in notes))
    board = page.board(setting, results).with_charts(further(setting, results) if further else ())
    return _render_board(page, question, board, **({"notes": notes} if board.over_time else {}), **more)


def _credit(setting: Setting, _: Sequence[Result]) -> Iterator[Chart]:
    query = credit_query(setting)
    csv = url_for("analytics.dashboard.revenue", **credit_address(setting.question, query), format="csv")
    yield credit_chart(get(AttributionService).revenue(query), setting, csv)


def _courses(setting: Setting, results: Sequence[Result]) -> Iterator[Chart]:
    """Of each ranking the largest parts over time."""
    for ranked in results[1:]:
        yield EXPLORE.lines(setting, ranked, get(CatalogueService).answer(EXPLORE.courses(setting.question, ranked)))


def _way(setting: Setting, _: Sequence[Result]) -> Iterator[Chart]:
    question = setting.question
    report = get(FunnelService).answer(way_query(question))
    csv = url_for("funnel_pages.table", **question.shared())
    yield way_chart(report, question, lambda bar: url_for("funnel_pages.sessions", **bar), csv)


def _render_board(page: Page, question: PageQuestion, board: Board | None, **more: Any) -> str:
    shown = controls(f".{page.name}", question) | more
    return render_template("dashboards/board.html", page=page, board=board, measures=MEASURE_CHOICES, **shown)
