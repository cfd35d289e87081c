"""`/analytics/goals`: the goals of the team, how each stands and stood, and the forms that change them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Role, Scope
from backend.analytics.goals.drafts import DRAFTS, draft_of
from backend.analytics.goals.service import Goals
from backend.analytics.goals.standing import GoalStandings
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.dashboards.pages.goals import GOAL_CHOICES, GOALS, GoalPage, ShownGoal
from backend.dashboards.pages_below import NEW_GOAL
from backend.plugins import get
from backend.routes.access import demand, require
from backend.routes.goals import editor, standing_goals, standing_of
from backend.routes.pages.dashboard_controls import controls, failed, names, resolved
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.pages.page_questions import question_here, question_of_form
from backend.routes.schemas.board_forms import changed_goal, goal_of_form
from backend.routes.schemas.goals import GoalPath

bp = Blueprint("goal_pages", __name__, url_prefix=GOALS.path)
bp.register_error_handler(WarehouseUnavailable, failed)


def new_page(errors: Errors = NO_ERRORS) -> str:
    fields = {"measure" if "." in field else field: message for field, message in errors.items()}
    shown = controls(NEW_GOAL, question_of_form())
    today = get(GoalStandings).today
    return form_page("dashboards/new_goal.html", fields, today=today, sent=request.form, **shown, **GOAL_CHOICES)


def goal_page(errors: Errors = NO_ERRORS, *, public_id: str) -> str:
    goal = get(Goals).get(demand(Scope.DASHBOARDS_READ).account_id, _id(public_id))
    standings, zone = get(GoalStandings), get(GoalStandings).zone
    shown = ShownGoal.of(goal, standing_of(goal), names(), zone)
    page = GoalPage.of(goal, shown, standings.history(goal), zone)
    may_change = goal.ended_at is None and (goal.mine or demand(Scope.DASHBOARDS_READ).role is Role.ADMIN)
    return form_page(
        "dashboards/goal.html",
        errors,
        page=page,
        may_change=may_change,
        today=standings.today,
        sent=request.form,
        **GOAL_CHOICES,
    )


@bp.get("")
@require(Scope.DASHBOARDS_READ)
def show_all() -> str:
    zone, labels = get(GoalStandings).zone, names()
    goals = [ShownGoal.of(goal, standing, labels, zone) for goal, standing in standing_goals()]
    return render_template("dashboards/goals.html", goals=goals, drafts=DRAFTS.values(), zone=get(GoalStandings).zone)


@bp.get("/new")
@require(Scope.DASHBOARDS_READ)
def new() -> ResponseReturnValue:
    changed = resolved(question_here(()))
    return redirect(url_for(".new", **changed.address())) if changed else new_page()


@bp.post("/new")
@require(Scope.DASHBOARDS_READ)
@if_refused(new_page)
def add() -> ResponseReturnValue:
    goal = get(Goals).add(editor(), goal_of_form(request.form, get(GoalStandings).today))
    flash("Goal added. Everyone with dashboard access sees it.")
    return redirect(url_for(".show", public_id=goal.id), 303)


@bp.post("/drafts/<draft>")
@require(Scope.DASHBOARDS_READ)
def activate(draft: str) -> ResponseReturnValue:
    """Makes a draft of the founding documents a goal of whoever activates it."""
    goal = get(Goals).add(editor(), draft_of(draft).target(get(GoalStandings).today))
    flash("Goal added. It is yours to change.")
    return redirect(url_for(".show", public_id=goal.id), 303)


@bp.get("/<public_id>")
@require(Scope.DASHBOARDS_READ)
def show(public_id: str) -> str:
    return goal_page(public_id=public_id)


@bp.post("/<public_id>")
@require(Scope.DASHBOARDS_READ)
@if_refused(goal_page)
def change(public_id: str) -> ResponseReturnValue:
    today = get(GoalStandings).today
    get(Goals).change(editor(), _id(public_id), lambda target: changed_goal(target, request.form, today))
    flash("Changed. Periods that are over stay as they were judged.")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/end")
@require(Scope.DASHBOARDS_READ)
def end(public_id: str) -> ResponseReturnValue:
    get(Goals).end(editor(), _id(public_id))
    flash("Goal ended. Its history stays.")
    return redirect(url_for(".show_all"), 303)


def _id(public_id: str) -> UUID:
    return GoalPath(public_id=public_id).id
