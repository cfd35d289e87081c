"""The overview: the main measures, where visits come from, what they are of, and how far they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from backend.analytics.metrics.catalogue.query import Query, Result
from backend.dashboards.addresses import BASE
from backend.dashboards.board_charts import board_of, trend
from backend.dashboards.charts import ask
from backend.dashboards.lists import ListPlan, SmallFunnel, parameters_of
from backend.dashboards.page import TREND, Board, BoardPage, Setting, chosen
from backend.dashboards.question import Address, Own, PageQuestion
from backend.dashboards.services import Services
from backend.dashboards.tiles import tiles_of

LISTS = (
    ListPlan("sources", "Sources", "sessions", ("source", "medium", "campaign", "referrer")),
    ListPlan("pages", "Entry pages", "sessions", ("landing_page",)),
    ListPlan("places", "Places", "sessions", ("country", "region")),
    ListPlan("devices", "Devices", "sessions", ("device", "browser", "os")),
    ListPlan("jobs", "Jobs", "assessments", ("job_title", "industry", "risk_level")),
)


class Overview(BoardPage):
    """The main measures over time, lists that filter the page, and the funnel in small."""

    name: ClassVar = "overview"
    title: ClassVar = "Overview"
    measures = ("sessions", "visitors", "completion_rate", "upgrades", "bounce_rate", "median_duration")
    charted = (*measures, "assessments", "conversion_rate", "revenue")
    own: ClassVar[Own] = {"measure": charted, **parameters_of(LISTS)}
    sample: ClassVar[Address] = {"compare": "previous_period"}

    @property
    def path(self) -> str:
        return BASE

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        measure = chosen(question, "measure", self.charted)
        # What people did later, in other visits, takes long to count, and is asked for only where it is drawn.
        asked = dict.fromkeys((*self.measures, "assessments", measure))
        over_time = ask(question, *asked, over_time=True)
        return (over_time, *(plan.query(question) for plan in LISTS))

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        over_time, *ranked = results
        measure = chosen(setting.question, "measure", self.charted)
        tiles = tiles_of(
            over_time,
            self.measures,
            lambda name: f"{setting.address(setting.question.choosing('measure', name))}#{TREND}",
            current=measure,
        )
        lists = tuple(plan.of(result, setting) for plan, result in zip(LISTS, ranked, strict=True))
        return replace(board_of(over_time, tiles, trend(over_time, measure, setting)), lists=lists)

    def completed(self, board: Board, setting: Setting, results: Sequence[Result], services: Services) -> Board:
        """The board with the calculator's funnel and the number of sessions under way."""
        report = services.funnel.answer(SmallFunnel.query(setting.question))
        funnel = SmallFunnel.of(report, setting)
        return replace(board, funnel=funnel, visits_now=services.live.latest().now)
