"""`/analytics`: the pages of tiles and charts, a route for each in the list of pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.dashboards.addresses import BASE
from backend.dashboards.answers import completed_board
from backend.dashboards.page import Board, BoardPage, Setting
from backend.dashboards.pages import BOARD_PAGES
from backend.dashboards.question import PageQuestion
from backend.dashboards.services import Services
from backend.plugins import get
from backend.routes.access import require
from backend.routes.goals import active_targets
from backend.routes.pages.annotations import annotations_in
from backend.routes.pages.dashboard_controls import controls, failed, names, resolved
from backend.routes.pages.page_questions import question_here

bp = Blueprint("dashboards", __name__, url_prefix=BASE)
bp.register_error_handler(WarehouseUnavailable, failed)


def view_of(page: BoardPage) -> Callable[[], ResponseReturnValue]:
    """The view function of a page, under its name."""

    def view() -> ResponseReturnValue:
        question = question_here(page.own).within(page.own)
        if question.period is None:
            return _render(page, question, None), 422
        setting = Setting(page, question, names())
        if changed := resolved(question):
            return redirect(setting.address(changed))
        annotations = annotations_in(question.period)
        setting = replace(
            setting, annotations=tuple(annotation.in_chart for annotation in annotations), goals=active_targets()
        )
        board = completed_board(page, setting, get(Services))
        return _render(page, question, board, **({"annotations": annotations} if board.over_time else {}))

    return require(Scope.DASHBOARDS_READ)(view)


for board_page in BOARD_PAGES:
    below = board_page.path.removeprefix(BASE)
    bp.add_url_rule(below, board_page.name, view_of(board_page), strict_slashes=bool(below))


def _render(page: BoardPage, question: PageQuestion, board: Board | None, **more: object) -> str:
    shown = controls(page, question) | more
    return render_template("dashboards/board.html", page=page, board=board, **shown)
