"""`/api/analytics/holdouts`: who no experiment of a list is shown to."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.experiments.holdouts import HoldoutService, KeptHoldout
from backend.plugins import get
from backend.routes.access import require
from backend.routes.experimenting import editor
from backend.routes.schemas import flags as schemas
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.experiments import WhyQuery
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "holdouts",
    __name__,
    url_prefix="/holdouts",
    abp_tags=[Tag(name="Holdouts", description="Units to which experiments show their control alone.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("", responses={200: schemas.HoldoutsResponse, **problems(401, 403)})
@require(Scope.EXPERIMENTS_READ)
def show_all() -> Answer:
    """List holdouts by their names"""
    kept = [schemas.HoldoutOut.of(holdout) for holdout in get(HoldoutService).all()]
    return schemas.HoldoutsResponse(data=kept).model_dump(mode="json")


@bp.post("", responses={201: schemas.HoldoutResponse, **problems(400, 401, 403, 409, 413, 415, 422)})
@require(Scope.EXPERIMENTS_WRITE)
def add(body: schemas.HoldoutBody) -> Answer:
    """Hold a share of all units out of experiments"""
    return _answer(get(HoldoutService).add(body.definition(), editor(), body.why)), 201


@bp.patch("/<name>", responses={200: schemas.HoldoutResponse, **problems(400, 401, 403, 404, 409, 413, 415, 422)})
@require(Scope.EXPERIMENTS_WRITE)
def change(path: schemas.HoldoutPath, body: schemas.HoldoutPatch) -> Answer:
    """Choose the experiments that are held out, of those that have not begun"""
    return _answer(get(HoldoutService).change(path.name, body.test_ids, editor(), body.why))


@bp.delete("/<name>", responses={204: None, **problems(401, 403, 404, 422)})
@require(Scope.EXPERIMENTS_WRITE)
def delete(path: schemas.HoldoutPath, query: WhyQuery) -> Response:
    """Delete a holdout; its history stays, and its name is not given again"""
    get(HoldoutService).delete(path.name, editor(), query.why)
    return Response(status=204)


def _answer(kept: KeptHoldout) -> dict[str, object]:
    return schemas.HoldoutResponse(data=schemas.HoldoutOut.of(kept)).model_dump(mode="json")
