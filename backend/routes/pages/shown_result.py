"""A result as a request sees it: whose it is, what its menus hold, and which rules for moves are relaxed."""

from __future__ import annotations

from flask import request, url_for

from backend.assessments.job_impact.presentation.headline import Voice, hours_entered
from backend.assessments.job_impact.presentation.home import job_address
from backend.assessments.job_impact.presentation.no_score import nearest_links
from backend.assessments.job_impact.presentation.occupation_lists import JobDirectory
from backend.assessments.job_impact.presentation.page import CountedAnswers, ResultPage, Shown, result_page
from backend.assessments.job_impact.presentation.refining import (
    ResultForms,
    Typed,
    background_menu,
    pay_menu,
    place_menu,
    week_menu,
)
from backend.assessments.job_impact.presentation.share import Head, ShareRow, head_of
from backend.assessments.job_impact.presentation.week import WeekGroup, week_groups
from backend.assessments.job_impact.questions import EDUCATION
from backend.assessments.job_impact.service import JobImpactResult, OwnJobImpactResult
from backend.plugins import get
from backend.reference.loading import Reference
from backend.routes.access import account_holder
from backend.routes.pages.forms import Errors
from backend.routes.pages.occupation_addresses import absolute
from backend.routes.pages.result_variants import variants_of
from backend.routes.schemas.share_link import CARD, NUMBER, with_number

ID_SHOWN = 12


def page_of(result: JobImpactResult, errors: Errors) -> ResultPage:
    own = isinstance(result, OwnJobImpactResult)
    reference = get(Reference)
    address = absolute(url_for("result.show", link=result.link))
    variants, moves = variants_of(result.assessment.code, own=own)
    shown = Shown(
        voice=Voice.OWN if own else Voice.SHARED,
        address=address,
        head=_head(result, address),
        about=job_address(reference, result.assessment.code),
        created_at=result.created_at,
        state_name=state_name(result),
        moves=moves,
        slugs=reference.slugs.by_code,
        nearest=() if result.assessment.yours else nearest_links(get(JobDirectory).nearest(result.assessment.code)),
        variants=variants,
    )
    forms = _forms(result, errors) if isinstance(result, OwnJobImpactResult) else None
    return result_page(result.assessment, result.answers, shown, forms, counted_answers(result))


def _share_row(result: OwnJobImpactResult) -> ShareRow:
    path = url_for("result.show", link=result.link)
    return ShareRow(
        address=absolute(path),
        numbered=absolute(f"{path}?{CARD}={NUMBER}") if result.assessment.yours else "",
        with_number=with_number(request.args),
        path=path,
        pdf=url_for("result_files.pdf", link=result.link),
        withdraw=url_for("result.withdraw", link=result.link),
        until=result.expires_at,
    )


def _head(result: JobImpactResult, address: str) -> Head:
    """What is said of a result elsewhere is said in the third person, whoever opens it here."""
    numbered = with_number(request.args)
    query = f"?{CARD}={NUMBER}" if numbered else ""
    link, image = f"{address}{query}", f"{address}/card.png{query}"
    return head_of(result.assessment, Voice.SHARED, link, image, with_number=numbered)


def state_name(result: JobImpactResult) -> str | None:
    return get(Reference).states.get(result.answers.state or "")


def hours_of(result: JobImpactResult) -> tuple[WeekGroup, ...]:
    return week_groups(result.assessment.activities, result.replies.activities, result.assessment.code)


def counted_answers(result: JobImpactResult) -> CountedAnswers:
    """Nothing is counted of a result that somebody shared."""
    if not isinstance(result, OwnJobImpactResult):
        return CountedAnswers("", "", "", "")
    replies = result.replies
    return CountedAnswers(
        draft=result.assessment_id.hex[:ID_SHOWN],
        industry=get(Reference).industries.get(replies.industry or "", ""),
        experience=replies.experience_band or "",
        education=replies.education or "",
    )


def _forms(result: OwnJobImpactResult, errors: Errors) -> ResultForms:
    holder, reference, a = account_holder(), get(Reference), result.assessment
    sent = (request.view_args or {}).get("question", request.path.rpartition("/")[2])
    typed: dict[str, Typed] = {sent: request.form} if errors or sent == "pay" else {}
    salary = request.form.get("salary", "")
    return ResultForms(
        address=url_for("result.show", link=result.link),
        place=place_menu(result.answers, typed.get("place", {}), reference.states, reference.industries),
        week=week_menu(hours_of(result), typed.get("week", {}), entered=hours_entered(a)),
        pay=pay_menu(a, result.answers.salary, salary),
        background=background_menu(result.answers, typed.get("background", {}), EDUCATION),
        errors=errors,
        refused=sent if errors else "",
        share=_share_row(result),
        in_my_account=holder is not None and result.owner == holder.public_id,
    )
