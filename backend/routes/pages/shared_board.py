"""A page of tiles and charts as a shared link shows it, or one chart of it; and a board that somebody keeps."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from backend.analytics.boards.service import Boards
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.shares.share import OpenedShare
from backend.analytics.warehouse.service import Warehouse
from backend.clock import utc_now
from backend.dashboards.answers import completed_board
from backend.dashboards.page import BoardPage, Setting
from backend.dashboards.pages.boards import BoardQuestion
from backend.dashboards.pages_below import KeptBoardPage
from backend.dashboards.question import PageQuestion
from backend.dashboards.services import Services
from backend.dashboards.shared import BOARD, SHARED_PAGES, shared_arguments
from backend.plugins import get
from backend.routes.pages.dashboard_controls import names
from backend.routes.pages.shared_figures import shared_figures
from backend.routes.reader import reader_zone


def shared_charts(share: OpenedShare, page: BoardPage, root: str) -> ResponseReturnValue:
    args = shared_arguments(share.parameters, page, request.args)
    question = PageQuestion.parse(args, reader_zone(), utc_now(), page.own, get(Warehouse).first_day).within(page.own)
    setting = Setting(page, question, names(), root=root)
    board = completed_board(page, setting, get(Services)) if question.period else None
    chart = next((chart for chart in board.charts if chart.id == share.chart), None) if board and share.chart else None
    template = "dashboards/shared_chart.html" if share.chart else "dashboards/shared_board.html"
    shown = shared_figures(template, page.title, root, question, page=page, board=board, chart=chart)
    return shown, 200 if board else 422


def shared_tiles(share: OpenedShare, root: str) -> ResponseReturnValue:
    """The board as its owner sees it today. Raises NotFound where that is none any more."""
    kept = get(Boards).behind_link(share.account_id, share.parameters[BOARD][0])
    page, args = KeptBoardPage(kept), shared_arguments(share.parameters, SHARED_PAGES[share.page], request.args)
    question = PageQuestion.parse(args, reader_zone(), utc_now(), (), get(Warehouse).first_day)
    shown = None
    if question.period:
        asked, catalogue = BoardQuestion(kept.tiles, question), get(CatalogueService)
        results = catalogue.answers(asked.queries) if asked.queries else []
        shown = asked.shown(Setting(page, question, names(), root=root), results, catalogue.answer)
    rendered = shared_figures(
        "dashboards/shared_tiles.html", kept.name, root, question, page=page, shown=shown, board=None
    )
    return rendered, 200 if question.period else 422
