"""`/ops/errors`: what failed, in groups, and what was decided about it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.errors.group import ErrorState
from backend.analytics.monitoring.errors.service import ErrorService
from backend.clock import utc_now
from backend.dashboards.ops.errors import STATE, shown_group, shown_groups
from backend.dashboards.pages.ops import OPERATIONS
from backend.plugins import get
from backend.routes.access import caller_name, require
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.pages.ops import may_control
from backend.routes.reader import reader_zone
from backend.routes.schemas.error_forms import decision_of_form, state_of

bp = Blueprint("ops_errors", __name__, url_prefix=OPERATIONS.path)
LISTS: Mapping[str, str] = {"": "Open"} | {state.value: words for state, words in STATE.items()}
DECISIONS = ((ErrorState.RESOLVED.value, "Mark as resolved"), (ErrorState.KNOWN.value, "Mark as known"))


@bp.get("/errors")
@require(Scope.MONITORING_READ)
def show_all() -> str:
    state, errors = state_of(request.args), get(ErrorService)
    groups = shown_groups(errors.groups(state), utc_now(), reader_zone())
    return render_template(
        "ops/errors.html", groups=groups, counts=errors.counts(), states=LISTS, state=state.value if state else ""
    )


def group_page(errors: Errors = NO_ERRORS, *, group_id: int) -> str:
    group = shown_group(get(ErrorService).group(group_id), utc_now(), reader_zone())
    return form_page("ops/error.html", errors, group=group, decisions=DECISIONS, may_control=may_control())


@bp.get("/errors/<int(max=2147483647):group_id>")
@require(Scope.MONITORING_READ)
def show(group_id: int) -> str:
    return group_page(group_id=group_id)


@bp.post("/errors/<int(max=2147483647):group_id>/decide")
@require(Scope.MONITORING_CONTROL)
@if_refused(group_page)
def decide(group_id: int) -> ResponseReturnValue:
    body = decision_of_form(request.form)
    get(ErrorService).decide(group_id, body.state, body.checked_reason(), caller_name())
    flash(f"Marked as {STATE[body.state].lower()}.")
    return redirect(f"/ops/errors/{group_id}", 303)
