"""Every page of the dashboards, in the order of the menu.

Routes, menu, saved views, benchmarks and the tests that open every page read this list.
"""

from __future__ import annotations

from backend.dashboards.page import BoardPage, Page
from backend.dashboards.pages.boards import BOARDS
from backend.dashboards.pages.conversions import Conversions
from backend.dashboards.pages.experiments import EXPERIMENTS
from backend.dashboards.pages.explore import Explore
from backend.dashboards.pages.funnel import FUNNEL
from backend.dashboards.pages.geography import Geography
from backend.dashboards.pages.goals import GOALS
from backend.dashboards.pages.live import Live
from backend.dashboards.pages.ops import OPERATIONS
from backend.dashboards.pages.overview import Overview
from backend.dashboards.pages.popular import Popular
from backend.dashboards.pages.revenue import Revenue

PAGES: tuple[Page, ...] = (
    Overview(),
    FUNNEL,
    Conversions(),
    Revenue(),
    Popular(),
    Geography(),
    Explore(),
    BOARDS,
    GOALS,
    Live(),
    EXPERIMENTS,
    OPERATIONS,
)
BOARD_PAGES = tuple(page for page in PAGES if isinstance(page, BoardPage))
