"""`/api/analytics/ab-testing`: experiments from draft to archive."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.experiments.definition import Automation, Experiment, ExperimentStatus
from backend.analytics.experiments.follow_up import draft_after
from backend.analytics.experiments.service import ExperimentService
from backend.plugins import get
from backend.routes.access import require
from backend.routes.experimenting import editor
from backend.routes.schemas import experiments as schemas
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "experiments",
    __name__,
    url_prefix="/ab-testing",
    abp_tags=[Tag(name="Experiments", description="Drafts, starts, stops, and what became of each experiment.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)
MOVED = {200: schemas.ExperimentResponse, **problems(401, 403, 404, 409, 422)}
CHANGED = {200: schemas.ExperimentResponse, **problems(400, 401, 403, 404, 409, 413, 415, 422)}


@bp.get("", responses={200: schemas.ExperimentsResponse, **problems(401, 403, 422)})
@require(Scope.EXPERIMENTS_READ)
def show_all(query: schemas.ExperimentsQuery) -> Answer:
    """List experiments, the newest first"""
    experiments = get(ExperimentService).all(query.status)
    return schemas.ExperimentsResponse.of(experiments).model_dump(mode="json")


@bp.post("/create", responses={201: schemas.CreatedOut, **problems(400, 401, 403, 404, 413, 415, 422)})
@require(Scope.EXPERIMENTS_WRITE)
def create(body: schemas.ExperimentBody) -> Answer:
    """Draft an experiment; its answer names every reason to refuse it"""
    experiment = get(ExperimentService).create(body.config(), editor(), body.why, body.follows)
    return schemas.CreatedOut(test_id=experiment.test_id).model_dump(mode="json"), 201


@bp.get("/<test_id>", responses={200: schemas.ExperimentDetailResponse, **problems(401, 403, 404, 422)})
@require(Scope.EXPERIMENTS_READ)
def show(path: schemas.ExperimentPath) -> Answer:
    """Read an experiment with its history and, of a draft, what stands against its start"""
    service = get(ExperimentService)
    experiment = service.get(path.test_id)
    concerns = service.concerns(experiment) if experiment.status is ExperimentStatus.DRAFT else ()
    history = service.history(path.test_id)
    return schemas.ExperimentDetailResponse.of(experiment, concerns, history).model_dump(mode="json")


@bp.patch("/<test_id>", responses=CHANGED)
@require(Scope.EXPERIMENTS_WRITE)
def change(path: schemas.ExperimentPath, body: schemas.ExperimentPatch) -> Answer:
    """Redesign a draft"""
    return _answer(get(ExperimentService).patch(path.test_id, body.changed, editor(), body.why))


@bp.post("/<test_id>/copy", responses={201: schemas.CreatedOut, **problems(401, 403, 404, 422)})
@require(Scope.EXPERIMENTS_WRITE)
def copy(path: schemas.ExperimentPath, query: schemas.WhyQuery) -> Answer:
    """Draft an experiment of the same design, with buckets of its own"""
    experiment = get(ExperimentService).copy(path.test_id, editor(), query.why)
    return schemas.CreatedOut(test_id=experiment.test_id).model_dump(mode="json"), 201


@bp.post("/<test_id>/follow-up", responses={201: schemas.CreatedOut, **problems(401, 403, 404, 409, 422)})
@require(Scope.EXPERIMENTS_WRITE)
def follow_up(path: schemas.ExperimentPath, query: schemas.WhyQuery) -> Answer:
    """Draft an experiment whose control is the shipped winner; refused if none is shipped"""
    experiment = draft_after(get(ExperimentService), path.test_id, editor(), query.why)
    return schemas.CreatedOut(test_id=experiment.test_id).model_dump(mode="json"), 201


@bp.post("/<test_id>/start", responses=MOVED)
@require(Scope.EXPERIMENTS_WRITE)
def start(path: schemas.ExperimentPath, query: schemas.WhyQuery) -> Answer:
    """Start a draft; refused with all that would make it worthless"""
    return _answer(get(ExperimentService).start(path.test_id, editor(), query.why))


@bp.post("/<test_id>/pause", responses=MOVED)
@require(Scope.EXPERIMENTS_WRITE)
def pause(path: schemas.ExperimentPath, query: schemas.WhyQuery) -> Answer:
    """Show nobody a variant until it is resumed"""
    return _answer(get(ExperimentService).pause(path.test_id, editor(), query.why))


@bp.post("/<test_id>/resume", responses=MOVED)
@require(Scope.EXPERIMENTS_WRITE)
def resume(path: schemas.ExperimentPath, query: schemas.WhyQuery) -> Answer:
    """Go on after a pause: whoever had a variant gets it again"""
    return _answer(get(ExperimentService).resume(path.test_id, editor(), query.why))


@bp.post("/<test_id>/stop", responses=MOVED)
@require(Scope.EXPERIMENTS_WRITE)
def stop(path: schemas.ExperimentPath, query: schemas.WhyQuery) -> Answer:
    """End an experiment for good; its numbers no longer change"""
    return _answer(get(ExperimentService).stop(path.test_id, editor(), query.why))


@bp.post("/<test_id>/archive", responses=MOVED)
@require(Scope.EXPERIMENTS_WRITE)
def archive(path: schemas.ExperimentPath, query: schemas.WhyQuery) -> Answer:
    """Put away a draft, or an experiment that is over"""
    return _answer(get(ExperimentService).archive(path.test_id, editor(), query.why))


@bp.post("/<test_id>/weights", responses=CHANGED)
@require(Scope.EXPERIMENTS_WRITE)
def reweight(path: schemas.ExperimentPath, body: schemas.ReweightBody) -> Answer:
    """Change weights or traffic while it runs"""
    service = get(ExperimentService)
    return _answer(service.reweight(path.test_id, body.weights, body.traffic, editor(), body.why))


@bp.post("/<test_id>/automation", responses=CHANGED)
@require(Scope.EXPERIMENTS_WRITE)
def automate(path: schemas.ExperimentPath, body: schemas.AutomateBody) -> Answer:
    """Choose what happens without anybody"""
    automation = Automation(body.roll_out, body.roll_back)
    return _answer(get(ExperimentService).automate(path.test_id, automation, editor(), body.why))


@bp.post("/<test_id>/ship", responses=CHANGED)
@require(Scope.EXPERIMENTS_WRITE)
def ship(path: schemas.ExperimentPath, body: schemas.ShipBody) -> Answer:
    """Show a variant to a share of everybody; 0 takes it back"""
    return _answer(get(ExperimentService).ship(path.test_id, body.variant, body.share, editor(), body.why))


def _answer(experiment: Experiment) -> dict[str, object]:
    return schemas.ExperimentResponse(data=schemas.ExperimentOut.of(experiment)).model_dump(mode="json")
