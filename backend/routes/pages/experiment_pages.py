"""`/experiments`: every experiment, one with its verdict first, and the buttons that lead it through its life."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.experiments.conflict import ExperimentConflict
from backend.analytics.experiments.definition import Experiment
from backend.analytics.experiments.service import ExperimentService
from backend.dashboards.experiments.detail import experiment_page
from backend.dashboards.experiments.listing import listed
from backend.dashboards.pages.experiments import EXPERIMENTS
from backend.plugins import get
from backend.routes.access import require
from backend.routes.experimenting import editor
from backend.routes.pages.experiment_parts import BREAKDOWNS, MEASURES, asked, may_change, qa_links, results_of, running
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.reader import reader_zone
from backend.routes.schemas.flag_forms import share_of

bp = Blueprint("experiment_pages", __name__, url_prefix=EXPERIMENTS.path)
DEEDS: dict[str, tuple[Callable[..., Experiment], str]] = {
    "start": (ExperimentService.start, "Started. Visitors are split from now on."),
    "pause": (ExperimentService.pause, "Paused. Nobody new enters, and everyone sees today’s version."),
    "resume": (ExperimentService.resume, "Resumed. Everyone gets the version they had."),
    "stop": (ExperimentService.stop, "Stopped. Its numbers no longer change."),
    "archive": (ExperimentService.archive, "Archived."),
}


def detail(errors: Errors = NO_ERRORS, *, test_id: str) -> str:
    """The page of one experiment, and what was refused on it."""
    experiment = get(ExperimentService).get(test_id)
    measure, breakdown = asked()
    results = results_of(experiment, measure, breakdown)
    history = get(ExperimentService).history(test_id)
    page = experiment_page(experiment, results, history, reader_zone(), results.days if results else 0)
    return form_page(
        "experiments/detail.html", errors, page=page, may_change=may_change(), measures=MEASURES,
        breakdowns=BREAKDOWNS, measure=measure or experiment.config.primary, breakdown=breakdown or "",
        links=qa_links(experiment), experiment=experiment,
    )  # fmt: skip


def refused(errors: Errors, *, test_id: str, **_: str) -> str:
    """The same, with what was wrong: a conflict has several reasons and no field of its own."""
    return detail(
        {"main-deeds" if name in ("status", "main") else name: text for name, text in errors.items()}, test_id=test_id
    )


@bp.get("")
@require(Scope.EXPERIMENTS_READ)
def show_all() -> str:
    experiments = get(ExperimentService).all()
    groups = listed(experiments, running(experiments), reader_zone())
    return render_template("experiments/list.html", groups=groups, may_change=may_change())


@bp.get("/<test_id>")
@require(Scope.EXPERIMENTS_READ)
def show(test_id: str) -> str:
    return detail(test_id=test_id)


@bp.post("/<test_id>/<any(start, pause, resume, stop, archive):deed>")
@require(Scope.EXPERIMENTS_WRITE)
@if_refused(refused, {ExperimentConflict: "main-deeds"})
def lead(test_id: str, deed: str) -> ResponseReturnValue:
    act, message = DEEDS[deed]
    act(get(ExperimentService), test_id, editor(), request.form.get("why", ""))
    flash(message)
    return redirect(url_for(".show", test_id=test_id), 303)


@bp.post("/<test_id>/ship")
@require(Scope.EXPERIMENTS_WRITE)
@if_refused(refused, {ExperimentConflict: "main-deeds"})
def ship(test_id: str) -> ResponseReturnValue:
    """To a share of everyone; 0 takes it back."""
    percent = share_of(request.form.get("share", ""))
    why = request.form.get("why", "")
    get(ExperimentService).ship(test_id, request.form.get("variant", ""), percent / 100, editor(), why)
    flash(f"Shown to {percent:g}% of everyone." if percent else "Rolled back. Everyone sees today’s version.")
    return redirect(url_for(".show", test_id=test_id), 303)


@bp.post("/<test_id>/traffic")
@require(Scope.EXPERIMENTS_WRITE)
@if_refused(refused, {ExperimentConflict: "main-deeds"})
def traffic(test_id: str) -> ResponseReturnValue:
    percent = share_of(request.form.get("traffic", ""), "traffic")
    get(ExperimentService).reweight(test_id, None, percent / 100, editor(), request.form.get("why", ""))
    flash(f"From now on {percent:g}% of those who fit enter.")
    return redirect(url_for(".show", test_id=test_id), 303)


@bp.get("/<test_id>.pdf")
@require(Scope.EXPERIMENTS_READ)
def pdf(test_id: str) -> ResponseReturnValue:
    from backend.dashboards.experiments.document import result_pdf

    experiment = get(ExperimentService).get(test_id)
    results = results_of(experiment, None, None)
    page = experiment_page(experiment, results, (), reader_zone(), results.days if results else 0)
    response = Response(result_pdf(page), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="experiment-{experiment.test_id}.pdf"'
    return response
