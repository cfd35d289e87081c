"""`/analytics/boards/<id>/edit`: the forms that put the tiles of a board in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.boards.service import Boards
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.dashboards.board_choices import TILE_CHOICES
from backend.dashboards.pages_below import BoardEditor
from backend.plugins import get
from backend.routes.access import me, require
from backend.routes.pages.dashboard_controls import controls, failed, resolved
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.pages.page_questions import question_here, question_of_form
from backend.routes.schemas.board_forms import board_of_form, changed_tile, filter_parameters, tile_of_form
from backend.routes.schemas.boards import BoardPath

bp = Blueprint("board_editor", __name__, url_prefix="/analytics/boards")
bp.register_error_handler(WarehouseUnavailable, failed)


def edit_page(errors: Errors = NO_ERRORS, *, public_id: str, tile: str = "") -> str:
    """`tile`: the one whose form was refused."""
    board = get(Boards).own(me(), BoardPath(public_id=public_id).id)
    fields = {f"title-{tile}" if tile else field.partition(".")[0]: message for field, message in errors.items()}
    shown = controls(BoardEditor(board), question_of_form())
    return form_page("dashboards/edit_board.html", fields, board=board, sent=request.form, **shown, **TILE_CHOICES)


@bp.get("/<public_id>/edit")
@require(Scope.DASHBOARDS_READ)
def edit(public_id: str) -> ResponseReturnValue:
    if changed := resolved(question_here(())):
        return redirect(url_for(".edit", public_id=public_id, **changed.address()))
    return edit_page(public_id=public_id)


@bp.post("/<public_id>/edit")
@require(Scope.DASHBOARDS_READ)
@if_refused(edit_page)
def change(public_id: str) -> ResponseReturnValue:
    board_id = BoardPath(public_id=public_id).id
    get(Boards).change(me(), board_id, lambda board: replace(board_of_form(request.form), tiles=board.tiles))
    flash("Saved.")
    return _back_to_edit(public_id)


@bp.post("/<public_id>/tiles")
@require(Scope.DASHBOARDS_READ)
@if_refused(edit_page)
def add_tile(public_id: str) -> ResponseReturnValue:
    board_id = BoardPath(public_id=public_id).id
    get(Boards).change(me(), board_id, lambda board: board.adding(tile_of_form(request.form)))
    flash("Tile added at the end.")
    return _back_to_edit(public_id)


@bp.post("/<public_id>/tiles/<tile>")
@require(Scope.DASHBOARDS_READ)
@if_refused(edit_page)
def change_tile(public_id: str, tile: str) -> ResponseReturnValue:
    board_id = BoardPath(public_id=public_id).id
    get(Boards).change(me(), board_id, lambda board: changed_tile(board, tile, request.form))
    return _back_to_edit(public_id, tile)


@bp.post("/<public_id>/copy")
@require(Scope.DASHBOARDS_READ)
def copy(public_id: str) -> ResponseReturnValue:
    board = get(Boards).copy(me(), public_id)
    flash(f"“{board.name}” is yours to change.")
    return redirect(url_for(".edit", public_id=board.id), 303)


@bp.post("/<public_id>/delete")
@require(Scope.DASHBOARDS_READ)
def delete(public_id: str) -> ResponseReturnValue:
    get(Boards).delete(me(), BoardPath(public_id=public_id).id)
    flash("Board deleted.")
    return redirect(url_for("board_pages.show_all"), 303)


def _back_to_edit(public_id: str, tile: str = "") -> ResponseReturnValue:
    """The address of the form has the filters for the next tile, so that none is lost."""
    anchor = f"tile-{tile}" if tile else None
    kept: dict[str, Any] = {**filter_parameters(request.form.get("query", ""))}
    return redirect(url_for(".edit", public_id=public_id, _anchor=anchor, **kept), 303)
