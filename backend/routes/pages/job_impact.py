"""The calculator's pages: four questions, the result, and what may be done with it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.presentation.page import CountedAnswers, PayFields, ResultForms, result_page
from backend.assessments.job_impact.presentation.pdf import result_pdf
from backend.assessments.job_impact.presentation.question_fields import (
    JobFields,
    QuestionFields,
    WeekFields,
    background_fields,
    job_fields,
    place_fields,
)
from backend.assessments.job_impact.presentation.week import WeekLine, lines
from backend.assessments.job_impact.questions import EDUCATION, JobImpactAnswers, JobImpactQuestion, JobImpactReply
from backend.assessments.job_impact.service import (
    JobImpactDraft,
    JobImpactDrafts,
    JobImpactLinks,
    JobImpactResult,
    JobImpactResults,
    OwnJobImpactResult,
)
from backend.assessments.visit.errors import AskedTooEarly, DraftGone
from backend.plugins import get
from backend.reference.loading import Reference
from backend.routes.access import account_holder, public
from backend.routes.pages.first_visit import FirstVisitPages
from backend.routes.pages.forms import NO_ERRORS, Errors, by_field, if_refused, of_every_field
from backend.routes.schemas import job_impact_form as forms

bp = Blueprint("assessment", __name__)
PAGE = "ai-job-impact-calculator.html"
BASE = "/ai-job-impact-calculator"
QUESTION = f"{BASE}/<token>/<any(job, place, background, week):question>"
NOT_COMPARED = {"salary": "Your pay was not compared: this page was open for too long. Send it again."}
OWN = "a visitor's own answers, by a secret address"


def first_page(errors: Errors = NO_ERRORS) -> str:
    """The first question, before there is a draft."""
    return _question_page(JobImpactQuestion.JOB, None, errors)


def question_page(errors: Errors = NO_ERRORS, *, token: str, question: str) -> str:
    saved = get(JobImpactDrafts).open(token, JobImpactQuestion(question))
    return _question_page(JobImpactQuestion(question), saved, errors)


def own_result_page(errors: Errors = NO_ERRORS, *, token: str) -> str:
    return _result_page(get(JobImpactResults).of_draft(token), errors)


@bp.get("/", endpoint="home")
@bp.get(BASE)
@public("the calculator is open to everyone")
def start() -> ResponseReturnValue:
    return get(FirstVisitPages).page(lambda: first_page(by_field(forms.search_problems(request.args))))


@bp.post(BASE)
@public("the calculator is open to everyone")
@if_refused(first_page)
def begin() -> ResponseReturnValue:
    reply = forms.job_reply(request.form, get(Reference).occupations)
    saved = get(JobImpactDrafts).begin(JobImpactAnswers.of_job(reply), forms.session_of(request.form))
    return _onward(saved, JobImpactQuestion.JOB)


@bp.get(f"{BASE}/<token>")
@public(OWN)
def resume(token: str) -> ResponseReturnValue:
    """The next unanswered question, or the result."""
    saved = get(JobImpactDrafts).open(token, JobImpactQuestion.JOB)
    return _onward(saved, tuple(JobImpactQuestion)[saved.answers.answered - 1])


@bp.get(QUESTION)
@public(OWN)
def ask(token: str, question: str) -> ResponseReturnValue:
    return question_page(by_field(forms.search_problems(request.args)), token=token, question=question)


@bp.post(QUESTION)
@public(OWN)
@if_refused(question_page)
def answer(token: str, question: str) -> ResponseReturnValue:
    saved = get(JobImpactDrafts).open(token, JobImpactQuestion(question))
    saved = get(JobImpactDrafts).answer(token, _reply(JobImpactQuestion(question), saved), account_holder())
    return _onward(saved, JobImpactQuestion(question))


@bp.get(f"{BASE}/<token>/result")
@public(OWN)
def result(token: str) -> ResponseReturnValue:
    return own_result_page(token=token)


@bp.post(f"{BASE}/<token>/pay")
@public(OWN)
@if_refused(own_result_page)
def pay(token: str) -> ResponseReturnValue:
    """Place a salary among the published ones, on this one page; it is kept nowhere."""
    get(JobImpactDrafts).open_complete(token)
    return _result_page(get(JobImpactResults).of_draft(token, forms.annual_pay(request.form)))


@bp.get(f"{BASE}/<token>/<any(pay, share, unshare):_action>")
@public(OWN)
def back_to_result(token: str, _action: str) -> ResponseReturnValue:
    """Where someone lands who opens the address of a form, or whose form was left open: a salary stands in it again."""
    if "salary" in request.form:
        return own_result_page(NOT_COMPARED, token=token)
    return redirect(url_for(".result", token=token), 303)


@bp.get(f"{BASE}/<token>/result.pdf")
@public(OWN)
def pdf(token: str) -> ResponseReturnValue:
    result = get(JobImpactResults).of_draft(token)
    response = Response(result_pdf(result.assessment, result.answers, _state_name(result)), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="ai-job-impact-{result.assessment.code}.pdf"'
    return response


@bp.post(f"{BASE}/<token>/share")
@public(OWN)
def share(token: str) -> ResponseReturnValue:
    get(JobImpactLinks).share(token)
    return redirect(url_for(".result", token=token, _anchor="keep"), 303)


@bp.post(f"{BASE}/<token>/unshare")
@public(OWN)
def unshare(token: str) -> ResponseReturnValue:
    get(JobImpactLinks).unshare(token)
    return redirect(url_for(".result", token=token, _anchor="keep"), 303)


@bp.get("/shared/<link>")
@public("whoever was given the link may read the result")
def shared(link: str) -> ResponseReturnValue:
    return render_template(PAGE, **_result(get(JobImpactResults).of_link(link)))


@bp.errorhandler(DraftGone)
def start_again(_error: DraftGone) -> ResponseReturnValue:
    return redirect(url_for(".start", notice="gone"), 303)


@bp.errorhandler(AskedTooEarly)
def ask_that_first(error: AskedTooEarly) -> ResponseReturnValue:
    return redirect(url_for(".ask", token=(request.view_args or {})["token"], question=error.question), 303)


@bp.after_request
def keep_private(response: Response) -> Response:
    """Answers and shared results stay out of search engines, and their addresses out of other sites' logs."""
    if request.endpoint not in {"assessment.start", "assessment.home"}:
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = (
            "no-referrer" if request.endpoint == "assessment.shared" else "same-origin"
        )
    return response


def _reply(question: JobImpactQuestion, saved: JobImpactDraft) -> JobImpactReply:
    match question:
        case JobImpactQuestion.JOB:
            return forms.job_reply(request.form, get(Reference).occupations)
        case JobImpactQuestion.PLACE:
            return forms.place_reply(request.form, get(Reference).states, get(Reference).industries)
        case JobImpactQuestion.BACKGROUND:
            return forms.background_reply(request.form)
        case JobImpactQuestion.WEEK:
            return forms.week_reply(request.form, _week(saved))


def _onward(saved: JobImpactDraft, done: JobImpactQuestion) -> ResponseReturnValue:
    """To the next question; after the last, to the result, or its part of the page where that was asked for."""
    if done.after:
        return redirect(url_for(".ask", token=saved.token, question=done.after), 303)
    if request.headers.get("X-Fragment") == "result":
        result = get(JobImpactResults).of_draft(saved.token)
        return render_template("job_impact/result.html", **_result(result))
    return redirect(url_for(".result", token=saved.token), 303)


def _question_page(question: JobImpactQuestion, saved: JobImpactDraft | None, errors: Errors) -> str:
    return render_template(
        PAGE,
        view=question,
        question=question,
        questions=len(JobImpactQuestion),
        token=saved.token if saved else None,
        answered=saved.answers.answered if saved else 0,
        back=_back(question, saved),
        job=get(Reference).occupations[saved.answers.occupation].title if saved else None,
        retention_days=current_app.config["ANSWERS_RETENTION_DAYS"],
        errors=of_every_field(errors),
        fields=_fields(question, saved),
    )


def _back(question: JobImpactQuestion, saved: JobImpactDraft | None) -> str | None:
    if saved is None:
        return None
    if question.before:
        return url_for(".ask", token=saved.token, question=question.before)
    return url_for(".result", token=saved.token) if saved.answers.complete else url_for(".start")


def _fields(question: JobImpactQuestion, saved: JobImpactDraft | None) -> QuestionFields:
    """The fields of a question with the values just submitted, else those of the draft."""
    if saved is None or question is JobImpactQuestion.JOB:
        return _job_fields(saved)
    typed = request.form if request.method == "POST" else None
    answers, reference = saved.answers, get(Reference)
    match question:
        case JobImpactQuestion.PLACE:
            held = {"state": answers.state or "", "industry": answers.industry or ""}
            return place_fields(typed or held, reference.states, reference.industries)
        case JobImpactQuestion.BACKGROUND:
            years = "" if answers.experience_years is None else f"{answers.experience_years:g}"
            return background_fields(
                typed or {"experience_years": years, "education": answers.education or ""}, EDUCATION
            )
        case _:
            return WeekFields(tuple(_week(saved)), typed or {})


def _job_fields(saved: JobImpactDraft | None) -> JobFields:
    earlier = saved.answers.job_title if saved else ""
    text = forms.searched(request.form.get("job_title") or request.args.get("q", earlier))
    chosen = request.form.get("occupation") or (saved.answers.occupation if saved else "")
    return job_fields(text, get(Reference).titles.search(text) if text else None, chosen)


def _week(saved: JobImpactDraft) -> list[WeekLine]:
    answers = saved.answers
    return lines(get(JobImpactCalculator).profile(answers.occupation).activities, answers.activities)


def _result_page(result: OwnJobImpactResult, errors: Errors = NO_ERRORS) -> str:
    return render_template(PAGE, **_result(result, errors))


def _result(result: JobImpactResult, errors: Errors = NO_ERRORS) -> dict[str, Any]:
    """What the result needs; whoever only holds a shared link gets nothing that could change it."""
    replies = result.replies
    industry, experience = get(Reference).industries.get(replies.industry or ""), replies.experience_band
    counted = CountedAnswers(industry or "", experience or "", replies.education or "")
    own = result.draft.token if isinstance(result, OwnJobImpactResult) else None
    forms = _result_forms(result, errors) if isinstance(result, OwnJobImpactResult) else None
    return {
        "view": "result",
        "question": None,
        "token": own,
        "answered": replies.answered,
        "back": url_for(".ask", token=own, question=JobImpactQuestion.WEEK) if own else None,
        "errors": of_every_field(errors),
        "page": result_page(result.assessment, result.answers, _state_name(result), forms, counted),
    }


def _result_forms(result: OwnJobImpactResult, errors: Errors) -> ResultForms:
    draft, form, holder = result.draft, request.form, account_holder()
    return ResultForms(
        address=url_for(".resume", token=draft.token),
        week=tuple(lines(result.assessment.activities, draft.answers.activities)),
        pay=PayFields(form.get("salary", ""), form.get("period", "year"), form.get("hours", "40")),
        errors=of_every_field(errors),
        share_url=url_for(".shared", link=result.link, _external=True) if result.link else None,
        share_until=draft.expires_at,
        in_my_account=holder is not None and result.owner == holder.public_id,
    )


def _state_name(result: JobImpactResult) -> str | None:
    return get(Reference).states.get(result.answers.state or "")
