"""`/ops/on-call`: who is told first, week by week."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.alerts.on_call import OnCall
from backend.dashboards.ops.on_call import CHOICES, audit_name, rota_page
from backend.dashboards.pages.ops import OPERATIONS
from backend.plugins import get
from backend.routes.access import caller_name, require
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused, of_every_field
from backend.routes.pages.ops import may_control
from backend.routes.pages.ops_answers import people
from backend.routes.reader import reader_zone
from backend.routes.schemas.on_call_forms import rota_of_form
from backend.time_zones import zone_names

bp = Blueprint("ops_on_call", __name__, url_prefix=f"{OPERATIONS.path}/on-call")


def page(errors: Errors = NO_ERRORS) -> str:
    service = get(OnCall)
    view, operators = service.view(), service.operators()
    names = people(audit_name(account) for account in operators)
    rota = rota_page(view, operators, names, reader_zone())
    shown = {"rota": rota, "may_control": may_control(), "zones": zone_names(), **CHOICES}
    return form_page("ops/on_call.html", of_every_field(errors), **shown)


@bp.get("")
@require(Scope.MONITORING_READ)
def show() -> str:
    return page()


@bp.post("")
@require(Scope.MONITORING_CONTROL)
@if_refused(page)
def change() -> ResponseReturnValue:
    service = get(OnCall)
    service.change(caller_name(), rota_of_form(request.form, service.view()))
    flash("Saved. The first person has this week.")
    return redirect("/ops/on-call", 303)
