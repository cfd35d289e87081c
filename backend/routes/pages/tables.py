"""`/analytics/table.csv`: the rows behind a chart."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.dashboards.addresses import BASE
from backend.dashboards.tables import OWN, table_query
from backend.plugins import get
from backend.routes.access import require
from backend.routes.pages.dashboard_controls import failed
from backend.routes.pages.page_questions import question_here
from backend.routes.tables import result_response

bp = Blueprint("tables", __name__, url_prefix=BASE)
bp.register_error_handler(WarehouseUnavailable, failed)


@bp.get("/table.csv")
@require(Scope.DASHBOARDS_READ)
def table() -> ResponseReturnValue:
    """The rows behind a chart."""
    query = table_query(request.args, question_here(OWN))
    name = "_by_".join([query.measures[0], *query.keys])
    return result_response(get(CatalogueService).answer(query), "csv", name)
