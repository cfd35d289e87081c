"""`/api/analytics/ab-testing/<test_id>/variant`: which variant a unit gets."""

from __future__ import annotations

from flask import request
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.experiments.assignment import Assigner
from backend.plugins import get
from backend.routes.access import require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.problem import problems
from backend.routes.schemas.variants import VariantPath, VariantQuery, VariantResponse

bp = APIBlueprint(
    "variants",
    __name__,
    url_prefix="/ab-testing",
    abp_tags=[Tag(name="Experiments", description="Experiments, from their design to their verdict.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("/<test_id>/variant", responses={200: VariantResponse, **problems(401, 403, 404, 422)})
@require(Scope.EXPERIMENTS_ASSIGN)
def assign(path: VariantPath, query: VariantQuery) -> Answer:
    """Assign a unit to a variant

    Asking again gives the same variant, and one exposure in all. Ask when the variant is shown: the unit counts from
    then on. Do not ask for robots, or for people who do not want to be tracked. HEAD and `peek` count nothing.
    """
    viewer, peek = query.viewer(), query.peek or request.method == "HEAD"
    assignment = get(Assigner).variant(path.id, viewer, query.attributes(), peek=peek)
    return VariantResponse.of(assignment, peek=peek).model_dump(mode="json")
