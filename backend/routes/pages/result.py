"""The pages of a result: for whom it belongs to with the menus that refine it, for everybody else to read."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.assessments.job_impact.questions import JobImpactQuestion, JobImpactReply
from backend.assessments.job_impact.service import JobImpactDrafts, JobImpactResult, JobImpactResults
from backend.assessments.visit.errors import AnswersOutdated, ResultMoved
from backend.plugins import get
from backend.reference.loading import Reference
from backend.routes.access import Rate, public
from backend.routes.draft_keys import draft_keys
from backend.routes.pages.compressed import compress
from backend.routes.pages.forms import NO_ERRORS, Errors, if_refused, of_every_field
from backend.routes.pages.job_impact import PAGE
from backend.routes.pages.refinements import record_refinement
from backend.routes.pages.shown_result import hours_of, page_of
from backend.routes.schemas import job_impact_form as forms

bp = Blueprint("result", __name__)
bp.after_request(compress)
RESULT = "/result/<link>"
NOT_COMPARED = {"salary": "Your pay was not compared: this page was open for too long. Send it again."}
READERS = "whoever was given the link may read the result"
OWN = "changed by whom it belongs to alone, proven by a signed cookie or an account"


def refused_page(errors: Errors = NO_ERRORS, *, link: str, **_: str) -> str:
    return _page(_result(link, None if "salary" in errors else forms.carried_pay(request.form)), errors)


@bp.get(RESULT)
@public(READERS, Rate.VISIT)
def show(link: str) -> ResponseReturnValue:
    return _page(_result(link))


@bp.post(f"{RESULT}/<any(place, background, week):question>")
@public(OWN, Rate.VISIT)
@if_refused(refused_page)
def answer(link: str, question: str) -> ResponseReturnValue:
    """Keep what a menu was told. Pay that was compared on this page comes along and is compared again."""
    salary, reply = forms.carried_pay(request.form), _reply(JobImpactQuestion(question), link)
    get(JobImpactDrafts).answer(link, draft_keys(), reply)
    record_refinement(link)
    return redirect(url_for(".show", link=link), 303) if salary is None else _page(_result(link, salary))


@bp.post(f"{RESULT}/pay")
@public(OWN, Rate.VISIT)
@if_refused(refused_page)
def pay(link: str) -> ResponseReturnValue:
    """Place a salary among the published ones, on this one page; it is kept nowhere."""
    if "forget" in request.form:
        return redirect(url_for(".show", link=link), 303)
    return _page(_result(link, forms.annual_pay(request.form)))


@bp.post(f"{RESULT}/withdraw")
@public(OWN, Rate.VISIT)
def withdraw(link: str) -> ResponseReturnValue:
    """End the link for whoever has it, and give the result another one."""
    fresh = get(JobImpactDrafts).withdraw(link, draft_keys())
    flash("Withdrawn. The old link no longer works. This page has a new one.")
    return redirect(url_for(".show", link=fresh), 303)


@bp.get(f"{RESULT}/<any(place, background, week, pay, withdraw):action>")
@public(READERS, Rate.VISIT)
def back(link: str, action: str) -> ResponseReturnValue:
    """Where someone lands who opens the address of a form, or whose form was left open: a salary stands in it again."""
    if action == "pay" and "salary" in request.form:
        return refused_page(NOT_COMPARED, link=link)
    return redirect(url_for(".show", link=link), 303)


@bp.errorhandler(AnswersOutdated)
def start_again(_error: AnswersOutdated) -> ResponseReturnValue:
    return redirect(url_for("assessment.start", notice="gone"), 303)


@bp.errorhandler(ResultMoved)
def lead_on(moved: ResultMoved) -> ResponseReturnValue:
    """Back leads the maker of a result to an address that is withdrawn: nothing that was sent there is kept."""
    flash(str(moved) if request.method == "GET" else f"{moved} Nothing was changed: make your change here.")
    return redirect(url_for(".show", link=moved.link), 303)


@bp.after_request
def keep_private(response: Response) -> Response:
    """Results stay out of search engines, and their addresses out of other sites' logs."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _result(link: str, salary: float | None = None) -> JobImpactResult:
    return get(JobImpactResults).of_link(link, draft_keys(), salary)


def _page(result: JobImpactResult, errors: Errors = NO_ERRORS) -> str:
    page = page_of(result, errors)
    return render_template(PAGE, view="result", title=page.head.title, page=page, errors=of_every_field(errors))


def _reply(question: JobImpactQuestion, link: str) -> JobImpactReply:
    match question:
        case JobImpactQuestion.PLACE:
            return forms.place_reply(request.form, get(Reference).states, get(Reference).industries)
        case JobImpactQuestion.BACKGROUND:
            return forms.background_reply(request.form)
        case _:
            return forms.week_reply(request.form, hours_of(_result(link)))
