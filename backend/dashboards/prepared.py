"""The answers that dashboards begin with, found before anybody asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from werkzeug.datastructures import MultiDict

from backend.clock import Clock
from backend.dashboards.answers import completed_board
from backend.dashboards.names import Names
from backend.dashboards.page import Setting
from backend.dashboards.pages import BOARD_PAGES
from backend.dashboards.question import PageQuestion
from backend.dashboards.services import Services


class PreparedAnswers:
    """Asks each page of tiles and charts what it shows first, in one time zone, for whoever shares answers."""

    def __init__(
        self, services: Services, names: Names, zone: str, now: Clock, first_day: Callable[[], date | None]
    ) -> None:
        self._services = services
        self._names = names
        self._zone = zone
        self._now = now
        self._first_day = first_day

    def prepare(self) -> int:
        """The number of pages whose answers are there now. Raises WarehouseUnavailable."""
        for page in BOARD_PAGES:
            question = PageQuestion.parse(MultiDict(), self._zone, self._now(), page.own, self._first_day)
            completed_board(page, Setting(page, question.within(page.own), self._names), self._services)
        return len(BOARD_PAGES)
