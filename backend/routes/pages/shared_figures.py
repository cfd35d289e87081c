"""What all pages behind shared links have in common, and the one that says that figures are not to be had."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.dashboards.chips import filter_in_words
from backend.dashboards.periods import Preset
from backend.dashboards.question import PageQuestion
from backend.routes.pages.dashboard_controls import names


def shared_figures(template: str, title: str, root: str, question: PageQuestion, **more: object) -> str:
    """`root`: the path of the link, to which all links of the page lead."""
    named = names()
    filters = [filter_in_words(condition, named) for condition in question.filters]
    return render_template(template, title=title, path=root, question=question, presets=Preset, filters=filters, **more)


def shared_failed(error: WarehouseUnavailable) -> ResponseReturnValue:
    page = render_template("dashboards/shared_gone.html", title="Not available right now", detail=error.in_words)
    return page, error.status, {"Retry-After": "5"}
