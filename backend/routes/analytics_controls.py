"""What stands above the figures of every operators' page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.analytics.metrics.catalogue.query import Query
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.clock import utc_now
from backend.plugins import get
from backend.reference.loading import Reference
from backend.routes.schemas.analytics_pages.boards import DIMENSION_CHOICES, Setting
from backend.routes.schemas.analytics_pages.names import Names
from backend.routes.schemas.analytics_pages.question import COMPARISONS, SHARED, PageQuestion, Preset, zone_label


def names() -> Names:
    return Names.of_reference(get(Reference))


def setting_of(endpoint: str, question: PageQuestion, csv: Callable[[Query], str] = lambda _: "") -> Setting:
    return Setting(question, names(), lambda other: url_for(endpoint, **other.address()), csv)


def controls(endpoint: str, question: PageQuestion) -> dict[str, Any]:
    """Period, comparison and filters, as templates name them."""
    now = utc_now()
    return {
        "question": question,
        "presets": Preset,
        "zones": [(zone, zone_label(zone, now)) for zone in question.zones()],
        "chips": question.chips(setting_of(endpoint, question).chip),
        "dimensions": DIMENSION_CHOICES,
        "comparisons": COMPARISONS,
    }


def failed(error: WarehouseUnavailable) -> ResponseReturnValue:
    """A page without its figures: its question stands, to be asked again or changed."""
    question = PageQuestion.parse(request.args, current_app.config["TIMEZONE"], utc_now(), {*request.args} - SHARED)
    endpoint = request.endpoint or ""
    shown = controls(endpoint, question)
    page = render_template("analytics/failed.html", endpoint=endpoint, reason=error.in_words, **shown)
    return page, error.status, {"Retry-After": "5"}
