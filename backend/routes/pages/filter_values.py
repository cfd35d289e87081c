"""`/analytics/values`: the values of a dimension with their sessions, for the filter menu to search."""

from __future__ import annotations

from flask import Blueprint
from werkzeug import Response

from backend.accounts.permissions import Scope
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.dashboards.addresses import BASE
from backend.dashboards.values import ValueSearch
from backend.plugins import get
from backend.routes.access import require
from backend.routes.pages.dashboard_controls import names
from backend.routes.pages.page_questions import question_here
from backend.routes.schemas.filter_values import FilterValuesResponse
from backend.routes.tables import table_response

bp = Blueprint("filter_values", __name__, url_prefix=BASE)


@bp.get("/values")
@require(Scope.DASHBOARDS_READ)
def values() -> Response:
    """`?field=source&q=goo`, with the page's period and filters."""
    question = question_here(("q",))
    search, labels = ValueSearch.of(question), names()
    result = get(CatalogueService).answer(search.query(question, labels))
    text = FilterValuesResponse.of(search.found(result, question, labels)).model_dump_json()
    return table_response(text, "json", "values", result.query.period, result.version)
