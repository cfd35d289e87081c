"""A page of the dashboards as a shared link shows it, whole or one chart of it."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from backend.analytics.shares.share import OpenedShare
from backend.analytics.warehouse.service import Warehouse, WarehouseUnavailable
from backend.clock import utc_now
from backend.dashboards.answers import completed_board
from backend.dashboards.chips import filter_in_words
from backend.dashboards.page import Setting
from backend.dashboards.periods import Preset
from backend.dashboards.question import PageQuestion
from backend.dashboards.services import Services
from backend.dashboards.shared import SHARED_PAGES, shared_arguments
from backend.plugins import get
from backend.routes.pages.dashboard_controls import names
from backend.routes.reader import reader_zone


def shared_board(share: OpenedShare, root: str) -> ResponseReturnValue:
    """What the link shows. `root`: its own path, to which all links of the page lead."""
    page, named = SHARED_PAGES[share.page], names()
    args = shared_arguments(share.parameters, page, request.args)
    question = PageQuestion.parse(args, reader_zone(), utc_now(), page.own, get(Warehouse).first_day).within(page.own)
    board = completed_board(page, Setting(page, question, named, root=root), get(Services)) if question.period else None
    chart = next((chart for chart in board.charts if chart.id == share.chart), None) if board and share.chart else None
    shown = render_template(
        "dashboards/shared_chart.html" if share.chart else "dashboards/shared_board.html",
        page=page,
        question=question,
        board=board,
        chart=chart,
        path=root,
        presets=Preset,
        filters=[filter_in_words(condition, named) for condition in question.filters],
    )
    return shown, 200 if board else 422


def shared_failed(error: WarehouseUnavailable) -> ResponseReturnValue:
    page = render_template("dashboards/shared_gone.html", title="Not available right now", detail=error.in_words)
    return page, error.status, {"Retry-After": "5"}
