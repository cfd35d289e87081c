"""`/api/analytics/goals`: targets over measures of the catalogue."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.goals.goal import Goal
from backend.analytics.goals.service import Goals
from backend.analytics.goals.standing import GoalStandings
from backend.plugins import get
from backend.routes.access import demand, require
from backend.routes.goals import editor, standing_goals, standing_of
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.goals import GoalBody, GoalPatch, GoalPath, GoalResponse, GoalsResponse
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "goals",
    __name__,
    url_prefix="/goals",
    abp_tags=[Tag(name="Goals", description="Targets over measures, with how they stand and how they stood.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("", responses={200: GoalsResponse, **problems(401, 403, 503)})
@require(Scope.DASHBOARDS_READ)
def show_all() -> Answer:
    """List the team's goals with how they stand as of now, and the drafts of the founding documents"""
    return GoalsResponse.of(standing_goals()).model_dump(mode="json")


@bp.get("/<public_id>", responses={200: GoalResponse, **problems(401, 403, 404, 503)})
@require(Scope.DASHBOARDS_READ)
def show(path: GoalPath) -> Answer:
    """Read a goal with the periods that are over and every change of it"""
    return _answer(get(Goals).get(demand(Scope.DASHBOARDS_READ).account_id, path.id))


@bp.post("", responses={201: GoalResponse, **problems(400, 401, 403, 413, 415, 422, 503)})
@require(Scope.DASHBOARDS_READ)
def add(body: GoalBody) -> Answer:
    """Add a goal, for everyone with dashboard access"""
    return _answer(get(Goals).add(editor(), body.target(get(GoalStandings).today))), 201


@bp.patch("/<public_id>", responses={200: GoalResponse, **problems(400, 401, 403, 404, 413, 415, 422, 503)})
@require(Scope.DASHBOARDS_READ)
def change(path: GoalPath, body: GoalPatch) -> Answer:
    """Change a goal you own, as a new version; admins can change any"""
    today = get(GoalStandings).today
    return _answer(get(Goals).change(editor(), path.id, lambda target: body.changed(target, today)))


@bp.delete("/<public_id>", responses={204: None, **problems(401, 403, 404)})
@require(Scope.DASHBOARDS_READ)
def end(path: GoalPath) -> Response:
    """End a goal you own; its history stays. Admins can end any"""
    get(Goals).end(editor(), path.id)
    return Response(status=204)


def _answer(goal: Goal) -> dict[str, object]:
    return GoalResponse.of(goal, standing_of(goal), get(GoalStandings).history(goal)).model_dump(mode="json")
