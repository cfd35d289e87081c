"""The image that previews show beside the link of a job's page."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.assessments.job_impact.presentation.occupation_pages import OccupationPages
from backend.assessments.job_impact.presentation.share_card import share_card
from backend.plugins import get
from backend.reference.loading import Reference
from backend.routes.access import public
from backend.routes.pages.occupation_addresses import MOVED, code_at

bp = Blueprint("occupation_cards", __name__)
DAY = 86_400


@bp.get("/jobs/<slug>/card.png")
@public("previews show the page of a job to everybody")
def card(slug: str) -> ResponseReturnValue:
    """Not kept as pages are: it is large, and hardly ever asked for."""
    code = code_at(slug)
    if slug != get(Reference).slugs.by_code[code]:
        return redirect(url_for(".card", slug=get(Reference).slugs.by_code[code]), MOVED)
    site = urlsplit(current_app.config["PUBLIC_URL"]).netloc
    response = Response(share_card(get(OccupationPages).assessment(code), site), mimetype="image/png")
    response.cache_control.public = True
    response.cache_control.max_age = DAY
    response.add_etag()
    return response.make_conditional(request)
