"""The files of a result, for whoever has its link: the preview image, and the PDF."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from backend.assessments.job_impact.presentation.headline import Voice
from backend.assessments.job_impact.presentation.pdf import result_pdf
from backend.assessments.job_impact.presentation.share import pdf_name
from backend.assessments.job_impact.presentation.share_card import share_card
from backend.assessments.job_impact.service import JobImpactResults
from backend.plugins import get
from backend.routes.access import public
from backend.routes.draft_keys import draft_keys
from backend.routes.pages.forms import NO_ERRORS
from backend.routes.pages.result import READERS, RESULT
from backend.routes.pages.shown_result import page_of
from backend.routes.schemas.share_link import with_number

bp = Blueprint("result_files", __name__)


@bp.get(f"{RESULT}/card.png")
@public(READERS)
def card(link: str) -> ResponseReturnValue:
    """The image that networks and messengers show beside the link."""
    numbered = with_number(request.args)
    a = get(JobImpactResults).of_link(link, draft_keys()).assessment
    site = urlsplit(current_app.config["PUBLIC_URL"]).netloc
    return Response(share_card(a, site, Voice.SHARED, with_number=numbered), mimetype="image/png")


@bp.get(f"{RESULT}.pdf")
@public(READERS)
def pdf(link: str) -> ResponseReturnValue:
    result = get(JobImpactResults).of_link(link, draft_keys())
    response = Response(result_pdf(page_of(result, NO_ERRORS)), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{pdf_name(result.assessment)}"'
    return response


@bp.after_request
def keep_private(response: Response) -> Response:
    """Results stay out of search engines, and their addresses out of other sites' logs."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
