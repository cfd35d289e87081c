"""A funnel as a shared link shows it: its steps are fixed, and nobody sees who stands behind a bar."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.shares.share import OpenedShare
from backend.analytics.warehouse.service import Warehouse
from backend.clock import utc_now
from backend.dashboards.filters import FILTER_CHOICES
from backend.dashboards.funnel.page import FunnelPage, Links
from backend.dashboards.funnel.question import FunnelQuestion
from backend.dashboards.pages.funnel import FUNNEL
from backend.dashboards.shared import shared_arguments
from backend.plugins import get
from backend.routes.pages.dashboard_controls import names
from backend.routes.pages.shared_figures import shared_figures
from backend.routes.reader import reader_zone

NOWHERE = Links(lambda _: "", lambda _: "")


def shared_funnel(share: OpenedShare, root: str) -> ResponseReturnValue:
    args = shared_arguments(share.parameters, FUNNEL, request.args)
    question = FunnelQuestion.parse(args, reader_zone(), utc_now(), get(Warehouse).first_day)
    report = get(FunnelService).answer(question.query) if question.query else None
    page = FunnelPage.of(report, question, names(), NOWHERE) if report else None
    by = dict(FILTER_CHOICES).get(question.asked.breakdown or "", "")
    shown = shared_figures(
        "dashboards/shared_funnel.html", FUNNEL.title, root, question.page, page=page, by=by, board=None
    )
    return shown, 200 if page else 422
