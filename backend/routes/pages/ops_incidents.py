"""`/ops/incidents`: what visitors are told of on the status page, and the forms that tell them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.incidents.incident import IncidentState
from backend.analytics.monitoring.incidents.service import IncidentService
from backend.clock import utc_now
from backend.dashboards.ops.incidents import CHOICES, shown_incident
from backend.dashboards.pages.ops import OPERATIONS
from backend.plugins import get
from backend.routes.access import caller_name, require
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused, of_every_field
from backend.routes.pages.ops import may_control
from backend.routes.pages.ops_answers import people
from backend.routes.reader import reader_zone
from backend.routes.schemas.incidents import incident_of_form, update_of_form

bp = Blueprint("ops_incidents", __name__, url_prefix=f"{OPERATIONS.path}/incidents")


def list_page(errors: Errors = NO_ERRORS) -> str:
    zone, now = reader_zone(), utc_now()
    incidents = [shown_incident(incident, {}, now, zone) for incident in get(IncidentService).recent()]
    shown = {"incidents": incidents, "may_control": may_control(), "chosen": request.form.getlist("components")}
    zone_words = zone.rpartition("/")[2].replace("_", " ")
    return form_page("ops/incidents.html", of_every_field(errors), zone_words=zone_words, **shown, **CHOICES)


def incident_page(errors: Errors = NO_ERRORS, *, incident_id: int) -> str:
    incident = get(IncidentService).get(incident_id)
    names = people(update.by for update in incident.updates)
    shown = shown_incident(incident, names, utc_now(), reader_zone())
    return form_page("ops/incident.html", of_every_field(errors), incident=shown, may_control=may_control(), **CHOICES)


@bp.get("")
@require(Scope.MONITORING_READ)
def show_all() -> str:
    return list_page()


@bp.post("")
@require(Scope.MONITORING_CONTROL)
@if_refused(list_page)
def begin() -> ResponseReturnValue:
    new = incident_of_form(request.form, request.form.getlist("components"), reader_zone())
    incident = get(IncidentService).begin(caller_name(), new)
    flash("Published. The status page shows it within 30 seconds.")
    return redirect(f"/ops/incidents/{incident.id}", 303)


@bp.get("/<int(max=2147483647):incident_id>")
@require(Scope.MONITORING_READ)
def show(incident_id: int) -> str:
    return incident_page(incident_id=incident_id)


@bp.post("/<int(max=2147483647):incident_id>")
@require(Scope.MONITORING_CONTROL)
@if_refused(incident_page)
def update(incident_id: int) -> ResponseReturnValue:
    incident = get(IncidentService).update(caller_name(), incident_id, update_of_form(request.form))
    is_over = incident.state is IncidentState.RESOLVED
    flash("Resolved. The status page says so within 30 seconds." if is_over else "Published.")
    return redirect(f"/ops/incidents/{incident_id}", 303)


@bp.post("/<int(max=2147483647):incident_id>/delete")
@require(Scope.MONITORING_CONTROL)
def delete(incident_id: int) -> ResponseReturnValue:
    get(IncidentService).delete(caller_name(), incident_id)
    flash("Deleted. The status page no longer shows it.")
    return redirect("/ops/incidents", 303)
