"""`/api/analytics/annotations` and `/analytics/annotations`: notes beside the figures."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Role, Scope
from backend.analytics.annotations.service import Annotations
from backend.analytics.metrics.period import Period
from backend.clock import utc_now
from backend.errors import InvalidRequest
from backend.plugins import get
from backend.routes.access import caller_name, demand, me, require
from backend.routes.pages.dashboard_controls import back
from backend.dashboards.annotations import Note, note_of
from backend.routes.schemas.annotations import (
    AnnotationBody,
    AnnotationPath,
    AnnotationResponse,
    AnnotationsResponse,
    annotation_of_form,
)
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.dashboard import DaysQuery
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "annotations",
    __name__,
    url_prefix="/annotations",
    abp_tags=[Tag(name="Annotations", description="What happened when, marked in every chart over time.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)
pages = Blueprint("annotation_pages", __name__, url_prefix="/analytics/annotations")


@bp.get("", responses={200: AnnotationsResponse, **problems(400, 401, 403, 422)})
@require(Scope.DASHBOARDS_READ)
def show(query: DaysQuery) -> Answer:
    """Those of a period, in the order in which they happened; by default of the last thirty days"""
    period = query.period(current_app.config["TIMEZONE"], utc_now())
    notes = get(Annotations).within(period, demand(Scope.DASHBOARDS_READ).account_id)
    return AnnotationsResponse.of(notes).model_dump(mode="json")


@bp.post("", responses={201: AnnotationResponse, **problems(400, 401, 403, 413, 415, 422)})
@require(Scope.DASHBOARDS_READ)
def add(body: AnnotationBody) -> Answer:
    """Note what happened on a day or at an instant, for everybody who reads the dashboards"""
    new = body.annotation()
    return AnnotationResponse.of(get(Annotations).add(me(), new.at, new.text)).model_dump(mode="json"), 201


@bp.delete("/<public_id>", responses={204: None, **problems(401, 403, 404)})
@require(Scope.DASHBOARDS_READ)
def delete(path: AnnotationPath) -> Response:
    """Delete one that you wrote; as an admin, any"""
    _delete(path.id)
    return Response(status=204)


@pages.get("")
@require(Scope.DASHBOARDS_READ)
def form() -> ResponseReturnValue:
    """Where someone lands who reloads the address of the form, or whose form was left open."""
    return _form({}) if request.form else redirect(url_for("analytics_pages.overview"))


@pages.post("")
@require(Scope.DASHBOARDS_READ)
def add_from_page() -> ResponseReturnValue:
    new = annotation_of_form(request.form)
    get(Annotations).add(me(), new.at, new.text)
    flash("It is noted. Every chart over time whose days hold it shows it, to everybody who reads the dashboards.")
    return redirect(back(), 303)


@pages.post("/<public_id>/delete")
@require(Scope.DASHBOARDS_READ)
def delete_from_page(public_id: str) -> ResponseReturnValue:
    _delete(AnnotationPath(public_id=public_id).id)
    flash("The annotation is deleted.")
    return redirect(back(), 303)


@pages.errorhandler(InvalidRequest)
def ask_again(error: InvalidRequest) -> ResponseReturnValue:
    return _form({one.field: one.message for one in error.errors}), 422


def notes_of(period: Period) -> tuple[Note, ...]:
    """What the charts of a period mark, and its page lists."""
    who = demand(Scope.DASHBOARDS_READ)
    found = get(Annotations).within(period, who.account_id)
    return tuple(note_of(one, period.timezone, anybodys=who.role is Role.ADMIN) for one in found)


def _delete(public_id: UUID) -> None:
    if demand(Scope.DASHBOARDS_READ).role is Role.ADMIN:
        get(Annotations).delete_anybodys(caller_name(), me(), public_id)
    else:
        get(Annotations).delete(me(), public_id)


def _form(errors: dict[str, str]) -> str:
    return render_template("dashboards/annotate.html", errors=errors, typed=request.form, back=back())
