"""Public pages of jobs: a search, the jobs of each major group, a page for every occupation, and the sitemap."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.assessments.job_impact.presentation.job_fields import notice
from backend.assessments.job_impact.presentation.occupation_lists import JobDirectory, JobOrder
from backend.assessments.job_impact.presentation.occupation_pages import OccupationPages
from backend.assessments.job_impact.presentation.structured_data import structured_data
from backend.plugins import get
from backend.reference.loading import Reference
from backend.reference.major_groups import GROUPS_BY_SLUG, MajorGroup
from backend.reference.slugs import slug_of
from backend.routes.access import Rate, public, shared
from backend.routes.pages.forms import by_field, of_every_field
from backend.routes.pages.kept_pages import KeptPages
from backend.routes.pages.occupation_addresses import MOVED, NoSuchJob, absolute, code_at
from backend.routes.schemas.job_impact_form import search_problems, searched
from backend.routes.schemas.occupation_pages import address_query, job_order

bp = Blueprint("occupation_pages", __name__)
ALIKE = "what is published about jobs is the same for everybody"
PUBLIC_PAGES = (
    "assessment.home",
    "occupation_pages.search",
    "methodology.methodology",
    "privacy.notice",
    "api_docs.docs",
)


@bp.get("/jobs")
@public("everybody may look up a job", Rate.VISIT)
def search() -> ResponseReturnValue:
    text, reference, directory = searched(request.args.get("q", "")), get(Reference), get(JobDirectory)
    found = reference.titles.search(text)
    return render_template(
        "occupation_pages/search.html",
        text=text,
        matches=directory.found(found.matches),
        notice=notice(text, found),
        groups=directory.groups(),
        count=len(reference.occupations),
        errors=of_every_field(by_field(search_problems(request.args))),
        canonical=absolute(url_for(".search")),
    )


@bp.get("/jobs/")
@shared(ALIKE)
def search_with_slash() -> ResponseReturnValue:
    return redirect(url_for(".search", q=request.args.get("q")), MOVED)


@bp.get("/jobs/groups/<path:group>")
@shared(ALIKE)
def jobs_of_group(group: str) -> ResponseReturnValue:
    major_group = GROUPS_BY_SLUG.get(slug_of(group))
    if major_group is None:
        raise NoSuchJob(group)
    order = job_order(request.args)
    query = address_query(order)
    address = url_for(".jobs_of_group", group=major_group.slug, sort=query.get("sort"), order=query.get("order"))
    if group != major_group.slug:
        return redirect(address, MOVED)
    return get(KeptPages).answer(address, lambda: _group_page(major_group, order))


@bp.get("/jobs/<path:slug>")
@shared(ALIKE)
def occupation(slug: str) -> ResponseReturnValue:
    """A path, so that an address with a slash at its end leads on too."""
    code = code_at(slug)
    canonical = get(Reference).slugs.by_code[code]
    address = url_for(".occupation", slug=canonical)
    if slug != canonical:
        return redirect(address, MOVED)
    return get(KeptPages).answer(address, lambda: _occupation_page(code))


@bp.get("/sitemap.xml")
@shared("search engines are told of every public page")
def sitemap() -> ResponseReturnValue:
    return get(KeptPages).answer("/sitemap.xml", _sitemap, mimetype="application/xml")


def _occupation_page(code: str) -> str:
    page, reference = get(OccupationPages).page(code), get(Reference)
    address = absolute(url_for(".occupation", slug=page.row.slug))
    trail = {
        "Jobs": absolute(url_for(".search")),
        page.group.name: absolute(url_for(".jobs_of_group", group=page.group.slug)),
        page.row.name: address,
    }
    return render_template(
        "occupation_pages/occupation.html",
        page=page,
        head=page.head(address, absolute(url_for("occupation_cards.card", slug=page.row.slug))),
        canonical=address,
        data=structured_data(page, reference.occupation(code), trail, address),
    )


def _group_page(group: MajorGroup, order: JobOrder) -> str:
    directory = get(JobDirectory)
    return render_template(
        "occupation_pages/group.html",
        group=group,
        order=order,
        rows=directory.group(group, order),
        groups=directory.groups(),
        years=directory.growth_years,
        pay_vintage=directory.pay_vintage,
        canonical=absolute(url_for(".jobs_of_group", group=group.slug)),
    )


def _sitemap() -> str:
    addresses = [url_for(endpoint) for endpoint in PUBLIC_PAGES]
    addresses += [url_for(".jobs_of_group", group=slug) for slug in GROUPS_BY_SLUG]
    addresses += [url_for(".occupation", slug=slug) for slug in get(Reference).slugs.codes]
    return render_template("occupation_pages/sitemap.xml", addresses=[absolute(address) for address in addresses])
