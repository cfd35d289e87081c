"""Addresses of jobs: the one each has, other ways to write it, and absolute ones."""

from __future__ import annotations

from flask import current_app, url_for

from backend.errors import NotFound, WayOn
from backend.plugins import get
from backend.reference.loading import Reference
from backend.reference.slugs import slug_of
from backend.routes.schemas.job_impact_form import searched

MOVED = 301


class NoSuchJob(NotFound):
    """No occupation or group of them has this address, however it is written."""

    title = "There is no such job"

    def __init__(self, written: str) -> None:
        words = searched(slug_of(written).replace("-", " "))
        all_jobs = WayOn("All jobs", url_for("occupation_pages.search"))
        search = WayOn(f"Search for “{words}”", url_for("occupation_pages.search", q=words))
        self.ways_on = (search, all_jobs) if words else (all_jobs,)
        super().__init__("No job has this address. It may be mistyped, or the job may go by another name.")


def code_at(slug: str) -> str:
    """The occupation that an address means, also written otherwise."""
    code = get(Reference).slugs.code_of(slug)
    if code is None:
        raise NoSuchJob(slug)
    return code


def absolute(address: str) -> str:
    """For search engines and previews, whichever host was asked."""
    site: str = current_app.config["PUBLIC_URL"]
    return site + address
