"""A page of the dashboards as a shared link shows it: tiles and charts, or one chart of them; a funnel; a board."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from backend.analytics.boards.service import Boards
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.shares.service import ShareGone
from backend.analytics.shares.share import OpenedShare
from backend.analytics.warehouse.service import Warehouse, WarehouseUnavailable
from backend.clock import utc_now
from backend.dashboards.answers import completed_board
from backend.dashboards.chips import filter_in_words
from backend.dashboards.filters import FILTER_CHOICES
from backend.dashboards.funnel.page import FunnelPage, Links
from backend.dashboards.funnel.question import FunnelQuestion
from backend.dashboards.page import BoardPage, Setting
from backend.dashboards.pages.boards import BoardQuestion
from backend.dashboards.pages_below import KeptBoardPage
from backend.dashboards.periods import Preset
from backend.dashboards.question import PageQuestion
from backend.dashboards.services import Services
from backend.dashboards.shared import BOARD, SHARED_PAGES, shared_arguments
from backend.errors import NotFound
from backend.plugins import get
from backend.routes.pages.dashboard_controls import names
from backend.routes.reader import reader_zone

NOWHERE = Links(lambda _: "", lambda _: "")


def shared_page(share: OpenedShare, root: str) -> ResponseReturnValue:
    """What the link shows. `root`: its own path, to which all links of the page lead."""
    page = SHARED_PAGES[share.page]
    if isinstance(page, BoardPage):
        return _charts(share, page, root)
    return _board(share, root) if BOARD in share.parameters else _funnel(share, root)


def _charts(share: OpenedShare, page: BoardPage, root: str) -> ResponseReturnValue:
    args = shared_arguments(share.parameters, page, request.args)
    question = PageQuestion.parse(args, reader_zone(), utc_now(), page.own, get(Warehouse).first_day).within(page.own)
    board = (
        completed_board(page, Setting(page, question, names(), root=root), get(Services)) if question.period else None
    )
    chart = next((chart for chart in board.charts if chart.id == share.chart), None) if board and share.chart else None
    template = "dashboards/shared_chart.html" if share.chart else "dashboards/shared_board.html"
    return _shown(template, page.title, root, question, page=page, board=board, chart=chart), 200 if board else 422


def _funnel(share: OpenedShare, root: str) -> ResponseReturnValue:
    """The steps as they were shared. Nobody sees who stands behind a bar."""
    args = shared_arguments(share.parameters, SHARED_PAGES[share.page], request.args)
    question = FunnelQuestion.parse(args, reader_zone(), utc_now(), get(Warehouse).first_day)
    report = get(FunnelService).answer(question.query) if question.query else None
    page = FunnelPage.of(report, question, names(), NOWHERE) if report else None
    by = dict(FILTER_CHOICES).get(question.asked.breakdown or "", "")
    shown = _shown("dashboards/shared_funnel.html", "Funnel", root, question.page, page=page, by=by, board=None)
    return shown, 200 if page else 422


def _board(share: OpenedShare, root: str) -> ResponseReturnValue:
    """The board as its owner sees it today. Raises ShareGone where that is none any more."""
    try:
        kept = get(Boards).behind_link(share.account_id, share.parameters[BOARD][0])
    except NotFound:
        raise ShareGone("Its board was deleted, or isn’t shared anymore.") from None
    page, args = KeptBoardPage(kept), shared_arguments(share.parameters, SHARED_PAGES[share.page], request.args)
    question = PageQuestion.parse(args, reader_zone(), utc_now(), (), get(Warehouse).first_day)
    shown = None
    if question.period:
        asked, catalogue = BoardQuestion(kept.tiles, question), get(CatalogueService)
        results = catalogue.answers(asked.queries) if asked.queries else []
        shown = asked.shown(Setting(page, question, names(), root=root), results, catalogue.answer)
    rendered = _shown("dashboards/shared_tiles.html", kept.name, root, question, page=page, shown=shown, board=None)
    return rendered, 200 if question.period else 422


def _shown(template: str, title: str, root: str, question: PageQuestion, **more: object) -> str:
    named = names()
    filters = [filter_in_words(condition, named) for condition in question.filters]
    return render_template(template, title=title, path=root, question=question, presets=Preset, filters=filters, **more)


def shared_failed(error: WarehouseUnavailable) -> ResponseReturnValue:
    page = render_template("dashboards/shared_gone.html", title="Not available right now", detail=error.in_words)
    return page, error.status, {"Retry-After": "5"}
