"""`/analytics`: the pages of tiles and charts, a route for each in the list of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from flask import Blueprint, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.metrics.attribution.service import AttributionService
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.live.feed import LiveFeed
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.clock import utc_now
from backend.dashboards.addresses import BASE
from backend.dashboards.page import Answers, Board, BoardPage, Setting
from backend.dashboards.pages import BOARD_PAGES
from backend.dashboards.question import PageQuestion
from backend.dashboards.tables import OWN as TABLE
from backend.dashboards.tables import table_query
from backend.plugins import get
from backend.routes.access import require
from backend.routes.pages.annotations import annotations_in
from backend.routes.pages.dashboard_controls import controls, failed, names, understood
from backend.routes.tables import answered

bp = Blueprint("dashboards", __name__, url_prefix=BASE)
bp.register_error_handler(WarehouseUnavailable, failed)


def view_of(page: BoardPage) -> Callable[[], ResponseReturnValue]:
    """The view function of a page, under its name."""

    def view() -> ResponseReturnValue:
        question = _question(page.own).within(page.own)
        if question.period is None:
            return _render(page, question, None), 422
        setting = Setting(page, question, names())
        if further_on := understood(question):
            return redirect(setting.address(further_on))
        annotations = annotations_in(question.period)
        setting = replace(setting, annotations=tuple(annotation.in_chart for annotation in annotations))
        board = _answered(page, setting)
        return _render(page, question, board, **({"annotations": annotations} if board.over_time else {}))

    return require(Scope.DASHBOARDS_READ)(view)


for board_page in BOARD_PAGES:
    bp.add_url_rule(board_page.path.removeprefix(BASE), board_page.name, view_of(board_page), strict_slashes=False)


@bp.get("/table.csv")
@require(Scope.DASHBOARDS_READ)
def table() -> ResponseReturnValue:
    """The rows behind a chart."""
    query = table_query(request.args, _question(TABLE))
    name = "_by_".join([query.measures[0], *query.keys])
    return answered(get(CatalogueService).answer(query), "csv", name)


def _question(own: Iterable[str]) -> PageQuestion:
    return PageQuestion.parse(request.args, current_app.config["TIMEZONE"], utc_now(), own)


def _answered(page: BoardPage, setting: Setting) -> Board:
    answers = Answers(get(CatalogueService), get(FunnelService), get(AttributionService), get(LiveFeed))
    results = answers.catalogue.answers(page.queries(setting.question))
    return page.completed(page.board(setting, results), setting, results, answers)


def _render(page: BoardPage, question: PageQuestion, board: Board | None, **more: object) -> str:
    shown = controls(page, question) | more
    return render_template("dashboards/board.html", page=page, board=board, **shown)
