"""`/shared/<token>`: what whoever has a shared link reads."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from backend.analytics.shares.service import ShareGone, Shares
from backend.analytics.shares.share import OpenedShare
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.dashboards.page import BoardPage
from backend.dashboards.shared import BOARD, SHARED_PAGES
from backend.errors import NotFound
from backend.plugins import get
from backend.routes.access import Rate, public
from backend.routes.frames import let_be_framed
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.pages.shared_board import shared_charts, shared_tiles
from backend.routes.pages.shared_figures import shared_failed
from backend.routes.pages.shared_funnel import shared_funnel

bp = Blueprint("shared_pages", __name__)
bp.register_error_handler(WarehouseUnavailable, shared_failed)
OPENED, MOST_OPENED = "shares", 20  # in the session: links whose password was given
WHOEVER = "whoever has the link reads the one page it shows"


def locked_page(errors: Errors = NO_ERRORS, *, token: str) -> str:
    return form_page("dashboards/shared_locked.html", errors, token=token)


@bp.get("/shared/<token>")
@public(WHOEVER, Rate.VISIT)
def show(token: str) -> ResponseReturnValue:
    share = get(Shares).open(token)
    if share.password_hash and not _is_unlocked(share):
        return locked_page(token=token)
    if share.chart:
        let_be_framed()
    page, root = SHARED_PAGES[share.page], url_for(".show", token=token)
    if isinstance(page, BoardPage):
        return shared_charts(share, page, root)
    return shared_tiles(share, root) if BOARD in share.parameters else shared_funnel(share, root)


@bp.post("/shared/<token>")
@public(WHOEVER, Rate.SIGN_IN)
@if_refused(locked_page)
def unlock(token: str) -> ResponseReturnValue:
    share = get(Shares).open(token)
    if not get(Shares).unlocks(share, request.form.get("password", "")):
        return locked_page({"password": "That isn’t the password of this link."}, token=token), 422
    session[OPENED] = [*session.get(OPENED, []), str(share.public_id)][-MOST_OPENED:]
    return redirect(url_for(".show", token=token), 303)


def _is_unlocked(share: OpenedShare) -> bool:
    return str(share.public_id) in session.get(OPENED, ())


def gone(error: ShareGone) -> ResponseReturnValue:
    return render_template("dashboards/shared_gone.html", title=error.title, detail=str(error)), error.status


def board_gone(_error: NotFound) -> ResponseReturnValue:
    return gone(ShareGone("Its board was deleted, or isn’t shared anymore."))


bp.register_error_handler(ShareGone, gone)
bp.register_error_handler(NotFound, board_gone)
