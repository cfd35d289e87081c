"""`/api/flags`: flags with their rules, kill switches, and histories."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.experiments.flag import Flag
from backend.analytics.experiments.flags import FlagService
from backend.plugins import get
from backend.routes.access import require
from backend.routes.experimenting import editor
from backend.routes.schemas import flags as schemas
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.experiments import WhyQuery
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "flags",
    __name__,
    url_prefix="/api/flags",
    abp_tags=[Tag(name="Flags", description="Values by rules, which a kill switch beats at once.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)
SWITCHED = {200: schemas.FlagResponse, **problems(401, 403, 404, 422)}


@bp.get("", responses={200: schemas.FlagsResponse, **problems(401, 403)})
@require(Scope.EXPERIMENTS_READ)
def show_all() -> Answer:
    """List flags by their keys"""
    return schemas.FlagsResponse.of(get(FlagService).all()).model_dump(mode="json")


@bp.post("", responses={201: schemas.FlagResponse, **problems(400, 401, 403, 409, 413, 415, 422)})
@require(Scope.EXPERIMENTS_WRITE)
def add(body: schemas.NewFlagBody) -> Answer:
    """Add a flag; its answer names every reason to refuse it"""
    return _answer(get(FlagService).add(body.key, body.definition(), editor(), body.why)), 201


@bp.get("/<key>", responses={200: schemas.FlagResponse, **problems(401, 403, 404, 422)})
@require(Scope.EXPERIMENTS_READ)
def show(path: schemas.FlagPath) -> Answer:
    """Read a flag"""
    return _answer(get(FlagService).get(path.key))


@bp.put("/<key>", responses={200: schemas.FlagResponse, **problems(400, 401, 403, 404, 413, 415, 422)})
@require(Scope.EXPERIMENTS_WRITE)
def change(path: schemas.FlagPath, body: schemas.FlagBody) -> Answer:
    """Replace what a flag says"""
    return _answer(get(FlagService).change(path.key, body.definition(), editor(), body.why))


@bp.post("/<key>/kill", responses=SWITCHED)
@require(Scope.EXPERIMENTS_WRITE)
def kill(path: schemas.FlagPath, query: WhyQuery) -> Answer:
    """Give everybody the default value at once"""
    return _answer(get(FlagService).kill(path.key, editor(), query.why))


@bp.post("/<key>/revive", responses=SWITCHED)
@require(Scope.EXPERIMENTS_WRITE)
def revive(path: schemas.FlagPath, query: WhyQuery) -> Answer:
    """Let the rules hold again"""
    return _answer(get(FlagService).revive(path.key, editor(), query.why))


@bp.delete("/<key>", responses={204: None, **problems(401, 403, 404, 409, 422)})
@require(Scope.EXPERIMENTS_WRITE)
def delete(path: schemas.FlagPath, query: WhyQuery) -> Response:
    """Delete a flag; its history stays"""
    get(FlagService).delete(path.key, editor(), query.why)
    return Response(status=204)


@bp.get("/<key>/history", responses={200: schemas.HistoryResponse, **problems(401, 403, 404, 422)})
@require(Scope.EXPERIMENTS_READ)
def history(path: schemas.FlagPath) -> Answer:
    """Read what was done to a flag, the newest first"""
    return schemas.HistoryResponse.of(get(FlagService).history(path.key)).model_dump(mode="json")


def _answer(flag: Flag) -> dict[str, object]:
    return schemas.FlagResponse(data=schemas.FlagOut.of(flag)).model_dump(mode="json")
