"""`/ops/alerts` and `/ops/silences`: what is wrong and was, one alert explained, and for how long nobody is told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.rules.service import Rules
from backend.clock import utc_now
from backend.dashboards.ops.alerts import alerts_page, shown_alert, shown_silences
from backend.dashboards.pages.ops import OPERATIONS
from backend.plugins import get
from backend.routes.access import caller_name, require
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused, of_every_field
from backend.routes.pages.ops import may_control
from backend.routes.pages.ops_alert_answers import alert_page
from backend.routes.pages.ops_answers import people
from backend.routes.reader import reader_zone
from backend.routes.schemas.silences import EVERY_RULE, LENGTHS, silence_of_form

bp = Blueprint("ops_alerts", __name__, url_prefix=OPERATIONS.path)
NO_ONE_IS_TOLD = "Silenced. Nobody is told until the silence ends. Alerts still open on this page."


@bp.get("/alerts")
@require(Scope.MONITORING_READ)
def show_all() -> str:
    at, zone, silences = utc_now(), reader_zone(), get(AlertService).silences()
    names = people(silence.by for silence in silences)
    titles = {rule.id: rule.title for rule in get(Rules).all()}
    shown = shown_silences(silences, titles, names, at, zone)
    page = alerts_page(get(AlertService).all(), shown, names, at, zone)
    return render_template("ops/alerts.html", page=page, may_control=may_control())


@bp.get("/alerts/<int(max=2147483647):alert_id>")
@require(Scope.MONITORING_READ)
def show(alert_id: int) -> str:
    return render_template("ops/alert.html", page=alert_page(alert_id), may_control=may_control())


@bp.post("/alerts/<int(max=2147483647):alert_id>/acknowledge")
@require(Scope.MONITORING_CONTROL)
def acknowledge(alert_id: int) -> ResponseReturnValue:
    alert = get(AlertService).acknowledge(caller_name(), alert_id)
    flash(f"Acknowledged: {alert.title}. Others see that you are on it.")
    return redirect(f"/ops/alerts/{alert_id}", 303)


def silence_page(errors: Errors = NO_ERRORS, *, alert_id: int | None = None) -> str:
    alert = None if alert_id is None else get(AlertService).get(alert_id)
    shown = None if alert is None else shown_alert(alert, {}, utc_now(), reader_zone())
    back = ("/ops/alerts", "All alerts") if shown is None else (shown.href, shown.title)
    rules = {EVERY_RULE: "Every rule"} | {rule.id: rule.title for rule in get(Rules).all()}
    more: dict[str, Any] = {"alert": shown, "rules": rules, "back": back[0], "back_words": back[1]}
    more |= {"action": request.path, "lengths": {value: words for value, (words, _) in LENGTHS.items()}}
    zone_words = reader_zone().rpartition("/")[2].replace("_", " ")
    return form_page("ops/silence.html", of_every_field(errors), zone_words=zone_words, **more)


@bp.get("/alerts/<int(max=2147483647):alert_id>/silence")
@require(Scope.MONITORING_CONTROL)
def silence_form(alert_id: int) -> str:
    return silence_page(alert_id=alert_id)


@bp.post("/alerts/<int(max=2147483647):alert_id>/silence")
@require(Scope.MONITORING_CONTROL)
@if_refused(silence_page)
def silence(alert_id: int) -> ResponseReturnValue:
    rule_id = get(AlertService).get(alert_id).rule_id
    get(AlertService).silence(caller_name(), silence_of_form(request.form, rule_id, utc_now(), reader_zone()))
    flash(NO_ONE_IS_TOLD)
    return redirect("/ops/alerts#silences", 303)


@bp.get("/silences/new")
@require(Scope.MONITORING_CONTROL)
def planned_form() -> str:
    return silence_page()


@bp.post("/silences/new")
@require(Scope.MONITORING_CONTROL)
@if_refused(silence_page)
def plan() -> ResponseReturnValue:
    rule_id = request.form.get("rule_id", EVERY_RULE) or None
    get(AlertService).silence(caller_name(), silence_of_form(request.form, rule_id, utc_now(), reader_zone()))
    flash("Silence added. Nobody is told while it is in force.")
    return redirect("/ops/alerts#silences", 303)


@bp.post("/silences/<int(max=2147483647):silence_id>/end")
@require(Scope.MONITORING_CONTROL)
def end(silence_id: int) -> ResponseReturnValue:
    get(AlertService).end_silence(caller_name(), silence_id)
    flash("Silence ended. People are told again.")
    return redirect("/ops/alerts#silences", 303)
