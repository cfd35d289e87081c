"""`/analytics/annotations`: the form that adds an annotation, and what charts mark of them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Role, Scope
from backend.analytics.annotations.service import Annotations
from backend.analytics.metrics.period import Period
from backend.dashboards.annotations import ListedAnnotation, listed_annotation
from backend.plugins import get
from backend.routes.access import demand, me, require
from backend.routes.annotations import delete_annotation
from backend.routes.pages.dashboard_controls import back
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.reader import reader_zone
from backend.routes.schemas.annotations import AnnotationPath, annotation_of_form

bp = Blueprint("annotation_pages", __name__, url_prefix="/analytics/annotations")


def annotation_page(errors: Errors = NO_ERRORS) -> str:
    return form_page("dashboards/annotate.html", errors, back=back())


@bp.get("")
@require(Scope.DASHBOARDS_READ)
def form() -> ResponseReturnValue:
    """Where someone lands who reloads the address of the form, or whose form was left open."""
    return annotation_page() if request.form else redirect(url_for("dashboards.overview"))


@bp.post("")
@require(Scope.DASHBOARDS_READ)
@if_refused(annotation_page)
def add_from_page() -> ResponseReturnValue:
    new = annotation_of_form(request.form)
    get(Annotations).add(me(), new.at, new.text)
    flash("Note added. Everyone with dashboard access sees it on charts that include this day.")
    return redirect(back(), 303)


def change_page(errors: Errors = NO_ERRORS, *, public_id: str) -> str:
    stored = get(Annotations).own(me(), AnnotationPath(public_id=public_id).id)
    day = stored.moment(ZoneInfo(reader_zone())).date()
    typed = request.form or {"day": f"{day}", "text": stored.text}
    return form_page("dashboards/annotate.html", errors, back=back(), public_id=public_id, values=typed)


@bp.get("/<public_id>/change")
@require(Scope.DASHBOARDS_READ)
def change_form(public_id: str) -> ResponseReturnValue:
    return change_page(public_id=public_id)


@bp.post("/<public_id>/change")
@require(Scope.DASHBOARDS_READ)
@if_refused(change_page)
def change_from_page(public_id: str) -> ResponseReturnValue:
    new = annotation_of_form(request.form)
    get(Annotations).change(me(), AnnotationPath(public_id=public_id).id, new.at, new.text)
    flash("Note changed.")
    return redirect(back(), 303)


@bp.post("/<public_id>/delete")
@require(Scope.DASHBOARDS_READ)
def delete_from_page(public_id: str) -> ResponseReturnValue:
    delete_annotation(AnnotationPath(public_id=public_id).id)
    flash("Annotation deleted.")
    return redirect(back(), 303)


def annotations_in(period: Period) -> tuple[ListedAnnotation, ...]:
    """The annotations that charts of a period mark, and its pages list."""
    who = demand(Scope.DASHBOARDS_READ)
    annotations = get(Annotations).within(period, who.account_id)
    is_admin = who.role is Role.ADMIN
    return tuple(listed_annotation(annotation, period.timezone, anybodys=is_admin) for annotation in annotations)
