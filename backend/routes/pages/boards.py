"""`/analytics/boards`: the list of boards, each with its tiles."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.boards.service import Boards
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.dashboards.page import Setting
from backend.dashboards.pages.boards import BoardQuestion, ShownBoard
from backend.dashboards.pages_below import KeptBoardPage
from backend.dashboards.question import PageQuestion
from backend.plugins import get
from backend.routes.access import demand, me, require
from backend.routes.goals import active_targets
from backend.routes.pages.annotations import annotations_in
from backend.routes.pages.dashboard_controls import controls, failed, names, resolved
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.pages.page_questions import question_here
from backend.routes.schemas.board_forms import board_of_form

bp = Blueprint("board_pages", __name__, url_prefix="/analytics/boards")
bp.register_error_handler(WarehouseUnavailable, failed)


def board_list(errors: Errors = NO_ERRORS) -> str:
    return form_page("dashboards/boards.html", errors, boards=get(Boards).seen_by(_reader()))


@bp.get("")
@require(Scope.DASHBOARDS_READ)
def show_all() -> str:
    return board_list()


@bp.post("")
@require(Scope.DASHBOARDS_READ)
@if_refused(board_list)
def add() -> ResponseReturnValue:
    board = get(Boards).add(me(), board_of_form(request.form))
    return redirect(url_for("board_editor.edit", public_id=board.id), 303)


@bp.get("/<public_id>")
@require(Scope.DASHBOARDS_READ)
def show(public_id: str) -> ResponseReturnValue:
    board = get(Boards).get(_reader(), public_id)
    page, question = KeptBoardPage(board), question_here(())
    if question.period is None:
        return _render(page, question, None), 422
    if changed := resolved(question):
        return redirect(Setting(page, question, names()).address(changed))
    marked = tuple(annotation.in_chart for annotation in annotations_in(question.period))
    asked = BoardQuestion(board.tiles, question)
    catalogue, setting = get(CatalogueService), Setting(page, question, names(), marked, goals=active_targets())
    results = catalogue.answers(asked.queries) if asked.queries else []
    return _render(page, question, asked.shown(setting, results, catalogue.answer))


def _reader() -> int | None:
    return demand(Scope.DASHBOARDS_READ).account_id


def _render(page: KeptBoardPage, question: PageQuestion, shown: ShownBoard | None) -> str:
    return render_template(
        "dashboards/one_board.html", page=page, board=page.kept, shown=shown, **controls(page, question)
    )
