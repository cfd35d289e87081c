"""What the services answer to the question of a page of tiles and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend.analytics.metrics.catalogue.query import Query
from backend.dashboards.courses import readable
from backend.dashboards.page import Board, BoardPage, Setting
from backend.dashboards.question import PageQuestion
from backend.dashboards.services import Services


def _so_far(queries: Sequence[Query], question: PageQuestion) -> list[Query]:
    """What is over time, of today until now, where the period ends yesterday."""
    today = question.so_far
    courses = [query for query in queries if query.grain]
    return [replace(query, period=today, grain=None, compare=None) for query in courses[:1] if today]


def completed_board(page: BoardPage, setting: Setting, services: Services) -> Board:
    queries = page.queries(setting.question)
    so_far = _so_far(queries, setting.question)
    results = services.catalogue.answers((*queries, *so_far))
    if so_far:
        setting = replace(setting, so_far=results.pop())
    if rate := page.rate(setting.question):
        answer = services.catalogue.answer
        results = [readable(result, rate, answer) if result.query.grain else result for result in results]
    return page.completed(page.board(setting, results), setting, results, services)
