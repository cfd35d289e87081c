"""`/ops/rules`: when alerts open, and the forms that change it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.channels.service import ChannelService
from backend.analytics.monitoring.rules.service import Rules
from backend.dashboards.ops.rules import CHOICES, by_severity, channel_choices, shown_rule
from backend.dashboards.pages.ops import OPERATIONS
from backend.plugins import get
from backend.routes.access import caller_name, require
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused, of_every_field
from backend.routes.pages.ops import may_control
from backend.routes.schemas.rule_forms import changed_rule, new_rule

bp = Blueprint("ops_rules", __name__, url_prefix=f"{OPERATIONS.path}/rules")
AT = {"id": "title", "measure.name": "measure", "measure.statistic": "statistic", "measure.prefixes": "prefixes"}
AT |= {f"{name}_seconds": name for name in ("window", "lasting", "settles", "escalates")}


@bp.get("")
@require(Scope.MONITORING_READ)
def show_all() -> str:
    return render_template("ops/rules.html", groups=by_severity(get(Rules).all()), may_control=may_control())


def new_page(errors: Errors = NO_ERRORS) -> str:
    told = _told_at(errors)
    channels = channel_choices(get(ChannelService).all())
    return form_page("ops/new_rule.html", told, channels=channels, chosen=request.form.getlist("channels"), **CHOICES)


def rule_page(errors: Errors = NO_ERRORS, *, rule_id: str) -> str:
    rule = shown_rule(get(Rules).get(rule_id))
    sent = bool(request.form)
    chosen = request.form.getlist("channels") if sent else rule.channels
    shown = {"rule": rule, "sent": sent, "chosen": chosen, "may_control": may_control(), **CHOICES}
    channels = channel_choices(get(ChannelService).all())
    return form_page("ops/rule.html", _told_at(errors), channels=channels, **shown)


def _told_at(errors: Errors) -> Errors:
    """The errors by the fields of the form."""
    return of_every_field({AT.get(field, field): message for field, message in errors.items()})


@bp.get("/new")
@require(Scope.MONITORING_CONTROL)
def new() -> str:
    return new_page()


@bp.post("/new")
@require(Scope.MONITORING_CONTROL)
@if_refused(new_page)
def add() -> ResponseReturnValue:
    rule = get(Rules).add(caller_name(), new_rule(request.form))
    flash("Rule added. It is judged from now on.")
    return redirect(f"/ops/rules/{rule.id}", 303)


@bp.get("/<rule_id>")
@require(Scope.MONITORING_READ)
def show(rule_id: str) -> str:
    return rule_page(rule_id=rule_id)


@bp.post("/<rule_id>")
@require(Scope.MONITORING_CONTROL)
@if_refused(rule_page)
def change(rule_id: str) -> ResponseReturnValue:
    rules = get(Rules)
    rules.change(caller_name(), changed_rule(rules.get(rule_id), request.form))
    flash("Saved. The rule is judged with these limits from now on.")
    return redirect(f"/ops/rules/{rule_id}", 303)


@bp.post("/<rule_id>/delete")
@require(Scope.MONITORING_CONTROL)
def delete(rule_id: str) -> ResponseReturnValue:
    """A rule of our own goes; a shipped one is put back as it was."""
    was_shipped = get(Rules).get(rule_id).is_shipped
    get(Rules).delete(caller_name(), rule_id)
    flash("Put back as it was shipped." if was_shipped else "Rule deleted.")
    return redirect(f"/ops/rules/{rule_id}" if was_shipped else "/ops/rules", 303)
