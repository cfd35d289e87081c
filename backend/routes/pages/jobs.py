"""`/admin/jobs`: background work that waits, fails or failed, letters among it; never what a job is about."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.jobs.service import Jobs
from backend.mail.overview import MailOverview
from backend.plugins import get
from backend.routes.access import caller_name, require
from backend.routes.schemas.jobs import LABELS, JobsQuestion

bp = Blueprint("jobs", __name__, url_prefix="/admin/jobs")
PAGE = 50


@bp.get("")
@require(Scope.JOBS_READ)
def overview() -> ResponseReturnValue:
    question = JobsQuestion.parse(request.args)
    jobs = get(Jobs).page(question.shown, question.before, PAGE + 1)
    return render_template(
        "admin/jobs.html",
        question=question,
        labels=LABELS,
        counts=get(Jobs).counts(),
        jobs=jobs[:PAGE],
        older=jobs[PAGE - 1].id if len(jobs) > PAGE else None,
        mail=get(MailOverview),
        retry=Scope.JOBS_RETRY,
    )


@bp.post("/<int:number>/retry")
@require(Scope.JOBS_RETRY)
def retry(number: int) -> ResponseReturnValue:
    get(Jobs).retry(number, caller_name())
    flash(f"Job {number} will be retried.")
    return redirect(url_for(".overview", show=JobsQuestion.parse(request.args).shown), 303)


@bp.post("/retry-dead")
@require(Scope.JOBS_RETRY)
def retry_dead() -> ResponseReturnValue:
    count = get(Jobs).retry_all_dead(caller_name())
    flash("1 job will be retried." if count == 1 else f"{count} jobs will be retried.")
    return redirect(url_for(".overview"), 303)
