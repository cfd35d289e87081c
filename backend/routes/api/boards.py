"""`/api/analytics/boards`: boards of catalogue tiles."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.boards.service import Boards
from backend.plugins import get
from backend.routes.access import demand, me, require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.boards import BoardBody, BoardPatch, BoardPath, BoardResponse, BoardsResponse
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "boards",
    __name__,
    url_prefix="/boards",
    abp_tags=[Tag(name="Boards", description="Up to twelve tiles of the catalogue on one page.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("", responses={200: BoardsResponse, **problems(401, 403)})
@require(Scope.DASHBOARDS_READ)
def show_all() -> Answer:
    """List the shipped boards, your own, and those shared with you, by name

    A key that belongs to no account sees shipped and shared boards.
    """
    return BoardsResponse.of(get(Boards).seen_by(demand(Scope.DASHBOARDS_READ).account_id)).model_dump(mode="json")


@bp.get("/<public_id>", responses={200: BoardResponse, **problems(401, 403, 404)})
@require(Scope.DASHBOARDS_READ)
def show(path: BoardPath) -> Answer:
    """Read a board with its tiles in order; `POST /api/analytics/query` answers what each of them asks"""
    board = get(Boards).get(demand(Scope.DASHBOARDS_READ).account_id, path.public_id)
    return BoardResponse.of(board).model_dump(mode="json")


@bp.post("", responses={201: BoardResponse, **problems(400, 401, 403, 413, 415, 422)})
@require(Scope.DASHBOARDS_READ)
def add(body: BoardBody) -> Answer:
    """Add a board

    Names are unique to you: a second use is refused with the code `taken`.
    """
    return BoardResponse.of(get(Boards).add(me(), body.board())).model_dump(mode="json"), 201


@bp.patch("/<public_id>", responses={200: BoardResponse, **problems(400, 401, 403, 404, 413, 415, 422)})
@require(Scope.DASHBOARDS_READ)
def change(path: BoardPath, body: BoardPatch) -> Answer:
    """Change the name, the tiles, or the sharing of a board of yours"""
    return BoardResponse.of(get(Boards).change(me(), path.id, body.changed)).model_dump(mode="json")


@bp.delete("/<public_id>", responses={204: None, **problems(401, 403, 404)})
@require(Scope.DASHBOARDS_READ)
def delete(path: BoardPath) -> Response:
    """Delete a board of yours, also for those it was shared with"""
    get(Boards).delete(me(), path.id)
    return Response(status=204)
