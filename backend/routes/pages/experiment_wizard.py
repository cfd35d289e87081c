"""`/experiments/new`: five short questions, checked as they are answered, and drafts: theirs, copies, follow-ups."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.experiments.definition import ExperimentConfig, TestType
from backend.analytics.experiments.follow_up import draft_after
from backend.analytics.experiments.service import ExperimentService
from backend.dashboards.experiments.listing import FAMILIES
from backend.dashboards.pages.experiments import EXPERIMENTS
from backend.errors import FieldError, InvalidRequest
from backend.plugins import get
from backend.routes.access import require
from backend.routes.experimenting import editor
from backend.routes.pages.experiment_checks import checked
from backend.routes.pages.experiment_form_page import experiment_form
from backend.routes.pages.forms import NO_ERRORS, Errors, if_refused
from backend.routes.reader import reader_zone
from backend.routes.schemas.experiment_forms import config_of_form, fits_form, told_at_fields, typed, with_keys_of

bp = Blueprint("experiment_wizard", __name__, url_prefix=EXPERIMENTS.path)


def new_page(errors: Errors = NO_ERRORS) -> str:
    return experiment_form("/experiments/new", request.form, errors, checked(request.form, reader_zone()))


def edit_page(errors: Errors = NO_ERRORS, *, test_id: str) -> str:
    return experiment_form(f"/experiments/{test_id}/edit", request.form, errors, checked(request.form, reader_zone()))


@bp.get("/new")
@require(Scope.EXPERIMENTS_WRITE)
def new() -> str:
    family = request.args.get("type")
    if family is None:
        return render_template("experiments/families.html", families=FAMILIES)
    if family not in list(TestType):
        raise InvalidRequest([FieldError("type", "Choose what the experiment changes.")])
    return experiment_form("/experiments/new", {"type": family}, NO_ERRORS, None)


@bp.post("/new")
@require(Scope.EXPERIMENTS_WRITE)
@if_refused(new_page)
def create() -> ResponseReturnValue:
    if request.form.get("go") == "check":
        return new_page()
    made = _told(lambda config: get(ExperimentService).create(config, editor()))
    flash("Saved as a draft. Nobody sees it until you start it.")
    return redirect(url_for("experiment_pages.show", test_id=made.test_id), 303)


@bp.post("/new/power")
@require(Scope.EXPERIMENTS_WRITE)
def power() -> str:
    """The checks alone, for the script that keeps them up to date."""
    return render_template("experiments/power.html", power=checked(request.form, reader_zone()))


@bp.get("/<test_id>/edit")
@require(Scope.EXPERIMENTS_WRITE)
def edit(test_id: str) -> ResponseReturnValue:
    config = get(ExperimentService).get(test_id).config
    if not fits_form(config):
        return _by_the_api(test_id)
    chosen = {"secondary": list(config.secondary), "roll_out": config.automation.roll_out,
              "roll_back": config.automation.roll_back,
              "device": config.targeting.get("device", {}).get("$in", [])}  # fmt: skip
    return experiment_form(f"/experiments/{test_id}/edit", typed(config, reader_zone()), NO_ERRORS, None, chosen)


@bp.post("/<test_id>/edit")
@require(Scope.EXPERIMENTS_WRITE)
@if_refused(edit_page)
def change(test_id: str) -> ResponseReturnValue:
    draft, why = get(ExperimentService).get(test_id).config, request.form.get("why", "")
    if not fits_form(draft):
        return _by_the_api(test_id)
    if request.form.get("go") == "check":
        return edit_page(test_id=test_id)
    _told(lambda config: get(ExperimentService).update(test_id, with_keys_of(draft, config), editor(), why))
    flash("Saved.")
    return redirect(url_for("experiment_pages.show", test_id=test_id), 303)


def _by_the_api(test_id: str) -> ResponseReturnValue:
    flash("This design holds more than the form can show. Change it by the API.")
    return redirect(url_for("experiment_pages.show", test_id=test_id), 303)


@bp.post("/<test_id>/copy")
@require(Scope.EXPERIMENTS_WRITE)
def copy(test_id: str) -> ResponseReturnValue:
    made = get(ExperimentService).copy(test_id, editor())
    flash("Copied to a new draft.")
    return redirect(url_for(".edit", test_id=made.test_id), 303)


@bp.post("/<test_id>/follow-up")
@require(Scope.EXPERIMENTS_WRITE)
def follow_up(test_id: str) -> ResponseReturnValue:
    made = draft_after(get(ExperimentService), test_id, editor())
    flash("Follow-up drafted. Its control is what is shipped now.")
    return redirect(url_for(".edit", test_id=made.test_id), 303)


def _told(act: Any) -> Any:
    """What is wrong with the design, told at the fields of the form."""
    config: ExperimentConfig = config_of_form(request.form, reader_zone())
    with told_at_fields(request.form):
        return act(config)
