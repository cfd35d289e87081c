"""What the services answer to the question of a page of tiles and charts."""

from __future__ import annotations

from backend.analytics.metrics.attribution.service import AttributionService
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.live.feed import LiveFeed
from backend.dashboards.courses import readable
from backend.dashboards.page import Board, BoardPage, Setting
from backend.dashboards.services import Services
from backend.plugins import get


def completed_board(page: BoardPage, setting: Setting) -> Board:
    services = Services(get(CatalogueService), get(FunnelService), get(AttributionService), get(LiveFeed))
    results = services.catalogue.answers(page.queries(setting.question))
    if rate := page.rate(setting.question):
        answer = services.catalogue.answer
        results = [readable(result, rate, answer) if result.query.grain else result for result in results]
    return page.completed(page.board(setting, results), setting, results, services)
