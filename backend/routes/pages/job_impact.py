"""The calculator's first page: one question, whose answer leads to the result."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.assessments.job_impact.presentation.home import HomePage
from backend.assessments.job_impact.presentation.job_fields import JobFields, job_fields, one_job
from backend.assessments.job_impact.presentation.occupation_lists import JobDirectory
from backend.assessments.job_impact.service import JobImpactDrafts
from backend.plugins import get
from backend.reference.loading import Reference
from backend.reference.plain_names import JobName
from backend.routes.access import Rate, account_holder, public
from backend.routes.draft_keys import draft_keys, hold
from backend.routes.pages.compressed import compress
from backend.routes.pages.first_visit import FirstVisitPages
from backend.routes.pages.forms import NO_ERRORS, Errors, by_field, if_refused, of_every_field
from backend.routes.pages.occupation_addresses import absolute
from backend.routes.pages.result_variants import scored_answers
from backend.routes.schemas import job_impact_form as forms

bp = Blueprint("assessment", __name__)
bp.after_request(compress)
PAGE = "ai-job-impact-calculator.html"
BASE = "/ai-job-impact-calculator"
TITLE = "What does AI mean for your job?"


@dataclass(frozen=True, slots=True)
class LastResult:
    """A result that this browser made before."""

    name: str
    address: str


def first_page(errors: Errors = NO_ERRORS) -> str:
    return render_template(
        PAGE,
        view="home",
        title=TITLE,
        errors=of_every_field(errors),
        canonical=absolute(url_for(".home")),
        fields=_fields(),
        home=get(HomePage),
        last=_last_result(),
        retention_days=current_app.config["ANSWERS_RETENTION_DAYS"],
    )


@bp.get("/", endpoint="home")
@bp.get(BASE)
@public("the calculator is open to everyone", Rate.VISIT)
def start() -> ResponseReturnValue:
    return get(FirstVisitPages).page(lambda: first_page(by_field(forms.search_problems(request.args))))


@bp.post(BASE)
@public("the calculator is open to everyone", Rate.VISIT)
@if_refused(first_page)
def begin() -> ResponseReturnValue:
    reply = forms.job_reply(request.form, get(Reference).occupations)
    answers, session_id = scored_answers(reply), forms.session_of(request.form)
    saved = get(JobImpactDrafts).begin(answers, session_id, account_holder())
    return hold(redirect(url_for("result.show", link=saved.link), 303), saved)


def _fields() -> JobFields:
    started = get(Reference).slugs.code_of(request.args.get("job", ""))
    if started and request.method == "GET":
        return one_job(started, _name_of(started))
    text = forms.searched(request.form.get("job_title") or request.args.get("q", ""))
    search = get(Reference).titles.search(text) if text else None
    return job_fields(text, search, get(JobDirectory))


def _name_of(code: str) -> JobName:
    reference = get(Reference)
    return reference.names.job(reference.occupations[code])


def _last_result() -> LastResult | None:
    saved = get(JobImpactDrafts).newest(draft_keys())
    if saved is None or saved.answers.occupation not in get(Reference).occupations:
        return None
    return LastResult(_name_of(saved.answers.occupation).name, url_for("result.show", link=saved.link))
