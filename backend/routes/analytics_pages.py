"""`/analytics`: the operators' pages. Sign-in with an API key, then the dashboards."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.accounts.service import KeyService
from backend.analytics.metrics.service import DashboardService
from backend.clock import utc_now
from backend.errors import Forbidden, InvalidRequest, MingusError, Unauthenticated
from backend.plugins import get
from backend.routes.access import SESSION_KEY, caller, public, require
from backend.routes.schemas.analytics_pages import (
    HOME,
    FunnelPage,
    FunnelQuestion,
    Preset,
    SignIn,
    funnel_csv,
    safe_next,
    zone_label,
)

bp = Blueprint("analytics_pages", __name__, url_prefix="/analytics")
sign_in_bp = Blueprint("sign_in", __name__, url_prefix="/analytics")


@sign_in_bp.get("/sign-in")
@public("where one says who one is")
def form() -> ResponseReturnValue:
    target, who = safe_next(request.args.get("next", "")), caller()
    if who is not None and Scope.DASHBOARDS_READ in who.scopes:
        return redirect(target, 303)
    return render_template("analytics/sign_in.html", next=target, error="")


@sign_in_bp.post("/sign-in")
@public("where one says who one is")
def sign_in() -> ResponseReturnValue:
    answers = SignIn.parse(request.form)
    who = get(KeyService).authenticate(answers.api_key)
    if Scope.DASHBOARDS_READ not in who.scopes:
        raise Forbidden(f"This API key lacks the scope {Scope.DASHBOARDS_READ}. Use a key that has it.")
    _end_sign_in()
    _, session[SESSION_KEY] = get(KeyService).sign_in(answers.api_key)
    return redirect(answers.next, 303)


@sign_in_bp.errorhandler(InvalidRequest)
@sign_in_bp.errorhandler(Unauthenticated)
@sign_in_bp.errorhandler(Forbidden)
def refused(error: MingusError) -> ResponseReturnValue:
    message = error.errors[0].message if error.errors else str(error)
    target = safe_next(request.form.get("next", ""))
    return render_template("analytics/sign_in.html", next=target, error=message), error.status


@bp.post("/sign-out")
@public("whoever is signed in may leave")
def sign_out() -> ResponseReturnValue:
    _end_sign_in()
    return redirect(url_for("sign_in.form"), 303)


@bp.get("")
@public("a way to the first page, which asks for sign-in itself")
def home() -> ResponseReturnValue:
    return redirect(HOME)


@bp.get("/funnel")
@require(Scope.DASHBOARDS_READ)
def funnel() -> ResponseReturnValue:
    question = _question()
    if question.period is None:
        return _render(question, None), 422
    return _render(question, FunnelPage.of(get(DashboardService).funnel(question.period)))


@bp.get("/funnel.csv")
@require(Scope.DASHBOARDS_READ)
def funnel_table() -> ResponseReturnValue:
    question = _question()
    table = funnel_csv(get(DashboardService).funnel(question.answerable()))
    name = f"funnel_{question.start}_{question.end}.csv"
    return Response(table, mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={name}"})


def _end_sign_in() -> None:
    """In the database too: a copy of the cookie opens nothing any more."""
    if token := session.get(SESSION_KEY):
        get(KeyService).sign_out(token)
    session.clear()


def _question() -> FunnelQuestion:
    return FunnelQuestion.parse(request.args, current_app.config["TIMEZONE"], utc_now())


def _render(question: FunnelQuestion, page: FunnelPage | None) -> str:
    zones = [(zone, zone_label(zone, utc_now())) for zone in question.zones()]
    return render_template("analytics/funnel.html", question=question, page=page, presets=Preset, zones=zones)
