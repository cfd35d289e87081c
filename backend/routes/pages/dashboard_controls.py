"""The controls above the figures of every dashboard: period, comparison, filters; and the page that has no figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.analytics.metrics.catalogue.filter_parameters import FILTERS
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.dashboards.chips import chips_of
from backend.dashboards.filters import FILTER_CHOICES, Choice
from backend.dashboards.names import Names
from backend.dashboards.page import Page
from backend.dashboards.pages import PAGES
from backend.dashboards.question import EVERYWHERE, SENT, PageQuestion
from backend.dashboards.values import ValueList, stored_query, values_query
from backend.plugins import get
from backend.reference.loading import Reference
from backend.routes.pages.page_questions import question_here
from backend.routes.schemas.onward import safe_next


def names() -> Names:
    return Names.of_reference(get(Reference))


def controls(page: Page, question: PageQuestion) -> dict[str, Any]:
    """Period, comparison and filters of a page, as templates name them."""
    return {
        "path": page.path,
        "question": question,
        "chips": chips_of(question, names(), page.path),
        "dimensions": FILTER_CHOICES,
        "values": _values(question),
        "filter_ops": Choice,
        "coded": frozenset(filter(names().are_codes, FILTERS)),
    }


def resolved(question: PageQuestion) -> PageQuestion | None:
    """The question that a sent control asks, for a redirect to its address; None where the address is to stay."""
    if question.period is None:
        return None
    adding = question.adding
    if adding is None or not adding.typed:
        return question if "shown" in request.args else None
    if adding.choice is Choice.CONTAINS:
        return question.with_added(adding.typed)
    result = get(CatalogueService).answer(stored_query(question, adding))
    stored, labels = [row.keys[0] or "" for row in result.rows], names()
    return question.with_added(labels.code(adding.field, text, stored) for text in adding.typed)


def _values(question: PageQuestion) -> ValueList | None:
    """What a filter can be on, once it is known by what."""
    if question.adding is None or question.period is None:
        return None
    result = get(CatalogueService).answer(values_query(question, question.adding))
    return ValueList.of(result, question, question.adding, names())


def back() -> str:
    """Where the figures stand from which a form was sent."""
    return safe_next(request.values.get("back", ""), url_for("dashboards.overview"))


def failed(error: WarehouseUnavailable) -> ResponseReturnValue:
    """A page without its figures: its question stands, to be asked again or changed."""
    own = {*request.args} - {*EVERYWHERE} - SENT
    question = replace(question_here(own), adding=None)
    page = max((page for page in PAGES if request.path.startswith(page.path)), key=lambda page: len(page.path))
    shown = controls(page, question)
    return (
        render_template("dashboards/failed.html", title=page.title, reason=error.in_words, **shown),
        error.status,
        {"Retry-After": "5"},
    )
