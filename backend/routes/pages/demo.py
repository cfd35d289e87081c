"""`/analytics/demo`: filling an installation with demo visits and removing them, as background work."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.demo.work import DAYS, SESSIONS, DemoTask, DemoWork
from backend.jobs.models import JobState
from backend.plugins import get
from backend.routes.access import require

bp = Blueprint("demo_pages", __name__, url_prefix="/analytics/demo")
OVERVIEW = "dashboards.overview"


@bp.get("")
@require(Scope.DASHBOARDS_READ)
def page() -> ResponseReturnValue:
    """To the work that is under way, if any; else what demo visits are, and the button."""
    if task := get(DemoWork).under_way():
        return _to(task)
    return render_template("dashboards/demo_page.html", task=None, sessions=SESSIONS, days=DAYS)


@bp.post("/fill")
@require(Scope.EVENTS_WRITE)
def fill() -> ResponseReturnValue:
    return _to(get(DemoWork).ask_fill())


@bp.post("/clear")
@require(Scope.EVENTS_WRITE)
def clear() -> ResponseReturnValue:
    return _to(get(DemoWork).ask_clear())


@bp.get("/fill")
@bp.get("/clear")
@require(Scope.DASHBOARDS_READ)
def back_to_page() -> ResponseReturnValue:
    """Where someone lands who reloads the address of a form."""
    return redirect(url_for(".page"), 303)


@bp.get("/<int:number>")
@require(Scope.DASHBOARDS_READ)
def progress(number: int) -> ResponseReturnValue:
    """How far a job is; once it is done, the overview. From an earlier job to what is there now."""
    task = get(DemoWork).latest()
    if task is None or task.number != number:
        return redirect(url_for(".page"), 303)
    if task.state is JobState.DONE:
        return redirect(url_for(OVERVIEW), 303)
    return render_template("dashboards/demo_page.html", task=task, sessions=SESSIONS, days=DAYS)


def _to(task: DemoTask) -> ResponseReturnValue:
    return redirect(url_for(".progress", number=task.number), 303)
