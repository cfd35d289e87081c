"""The popular: the job titles and other traits that are assessed most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from backend.analytics.metrics.catalogue.query import Query, Result
from backend.dashboards.board_charts import board_of, ranked, trend
from backend.dashboards.charts import ask
from backend.dashboards.page import Board, BoardPage, Setting, chosen, dimension_label
from backend.dashboards.question import Own, PageQuestion


class Popular(BoardPage):
    """Assessments by job title, occupation and other traits."""

    name: ClassVar = "popular"
    title: ClassVar = "Popular"
    breakdowns = ("job_title", "occupation", "industry", "education", "experience")
    own: ClassVar[Own] = {"breakdown": breakdowns}

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        by = chosen(question, "breakdown", self.breakdowns)
        return (
            ask(question, "assessments", over_time=True),
            ask(question, "assessments", "conversion_rate", by=(by,)),
        )

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        over_time, parts = results
        tabs = setting.tabs("By", "breakdown", self.breakdowns, dimension_label)
        return board_of(
            over_time,
            (),
            ranked("parts", parts, "assessments", setting, tabs=(tabs,)),
            trend(over_time, "assessments", setting),
        )
