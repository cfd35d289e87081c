"""`/flags`: every flag, its editor and history, and the switch that turns one off at once."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.experiments.conflict import ExperimentConflict
from backend.analytics.experiments.flags import FlagService
from backend.dashboards.experiments.detail import history_row
from backend.dashboards.experiments.flags import shown_flag
from backend.dashboards.pages.experiments import FLAGS
from backend.errors import FieldError, InvalidRequest
from backend.plugins import get
from backend.routes.access import require
from backend.routes.experimenting import editor
from backend.routes.pages.experiment_parts import may_change
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.reader import reader_zone
from backend.routes.schemas.flag_forms import at_fields, definition_of_form, typed

bp = Blueprint("flag_pages", __name__, url_prefix=FLAGS)


@bp.get("")
@require(Scope.EXPERIMENTS_READ)
def show_all() -> str:
    flags = [shown_flag(flag, reader_zone()) for flag in get(FlagService).all()]
    return render_template("experiments/flags.html", flags=flags, may_change=may_change())


def new_page(errors: Errors = NO_ERRORS) -> str:
    return form_page("experiments/new_flag.html", at_fields(errors))


def flag_page(errors: Errors = NO_ERRORS, *, key: str) -> str:
    flag = get(FlagService).get(key)
    history = [history_row(entry, reader_zone()) for entry in get(FlagService).history(key)]
    shown, sent = shown_flag(flag, reader_zone()), request.form if request.method == "POST" else typed(flag)
    return form_page(
        "experiments/flag.html", at_fields(errors), flag=shown, history=history, values=sent, may_change=may_change()
    )


@bp.get("/new")
@require(Scope.EXPERIMENTS_WRITE)
def new() -> str:
    return new_page()


@bp.post("/new")
@require(Scope.EXPERIMENTS_WRITE)
@if_refused(new_page, {ExperimentConflict: "key"})
def add() -> ResponseReturnValue:
    flag = get(FlagService).add(request.form.get("key", "").strip(), definition_of_form(request.form), editor(), why())
    flash("Flag added. Every server process follows within 2 seconds.")
    return redirect(url_for(".show", key=flag.key), 303)


@bp.get("/<key>")
@require(Scope.EXPERIMENTS_READ)
def show(key: str) -> str:
    return flag_page(key=key)


@bp.post("/<key>")
@require(Scope.EXPERIMENTS_WRITE)
@if_refused(flag_page, {ExperimentConflict: "main"})
def change(key: str) -> ResponseReturnValue:
    get(FlagService).change(key, definition_of_form(request.form), editor(), why())
    flash("Saved. Every server process follows within 2 seconds.")
    return redirect(url_for(".show", key=key), 303)


@bp.post("/<key>/kill")
@require(Scope.EXPERIMENTS_WRITE)
@if_refused(flag_page, {ExperimentConflict: "main"})
def kill(key: str) -> ResponseReturnValue:
    """Only with the box ticked: everybody gets the default value at once."""
    if "sure" not in request.form:
        raise InvalidRequest([FieldError("sure", "Tick the box to switch the flag off for everyone.")])
    get(FlagService).kill(key, editor(), why())
    flash("Switched off. Everyone gets the default value within 2 seconds.")
    return redirect(url_for(".show", key=key), 303)


@bp.post("/<key>/revive")
@require(Scope.EXPERIMENTS_WRITE)
@if_refused(flag_page, {ExperimentConflict: "main"})
def revive(key: str) -> ResponseReturnValue:
    get(FlagService).revive(key, editor(), why())
    flash("Switched on again: its rules hold.")
    return redirect(url_for(".show", key=key), 303)


@bp.post("/<key>/delete")
@require(Scope.EXPERIMENTS_WRITE)
@if_refused(flag_page, {ExperimentConflict: "main"})
def delete(key: str) -> ResponseReturnValue:
    if "sure" not in request.form:
        raise InvalidRequest([FieldError("delete-sure", "Tick the box to delete the flag.")])
    get(FlagService).delete(key, editor(), why())
    flash("Flag deleted. Its history stays in the audit log.")
    return redirect(url_for(".show_all"), 303)


def why() -> str:
    return request.form.get("why", "")
