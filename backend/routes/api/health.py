"""`/health/…`: is it alive, and can it do its work? Each answer looks first, and comes within a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace

from flask import current_app
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.deadlines import Deadline
from backend.lookout import CACHE, DATABASE, LANDING_TABLE, MASTER_KEY, Check, Lookout
from backend.plugins import KEY, Health, get
from backend.routes.access import Rate, caller_by, public
from backend.routes.client_address import is_local
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.health import HealthResponse
from backend.routes.schemas.problem import Responses, problems

TAG = Tag(name="Health", description="Whether each part is working.")
bp = APIBlueprint("health", __name__, url_prefix="/health", abp_tags=[TAG])
analytics_health_bp = APIBlueprint("analytics_health", __name__, abp_tags=[TAG])
ANSWERS: Responses = {200: HealthResponse, 503: HealthResponse}
WHY = "a probe has no account, and is told which parts work; why one does not, only operators are"
DRAINING = "the server is about to end: send requests to another one"


@bp.get("/live", responses={200: HealthResponse, **problems()})
@public(WHY, Rate.NONE, asks_later=True)
def live() -> Answer:
    """Whether the process is alive"""
    return _answer({})


@bp.get("/ready", responses={**problems(), **ANSWERS})
@public(WHY, Rate.NONE, asks_later=True)
def ready() -> Answer:
    """Whether it can serve: the database answers, personal data can be opened, and it is not about to end"""
    is_draining = current_app.extensions[KEY].is_draining()
    return _looked(DATABASE, MASTER_KEY, server=Health(ok=not is_draining, reason=DRAINING if is_draining else ""))


@bp.get("/", responses={**problems(), **ANSWERS})
@public(WHY, Rate.NONE, asks_later=True)
def overview() -> Answer:
    """The health of every part"""
    return _answered(get(Lookout).everything)


@bp.get("/database", responses={**problems(), **ANSWERS})
@public(WHY, Rate.NONE, asks_later=True)
def database() -> Answer:
    """Whether the database answers and has this version's tables"""
    return _looked(DATABASE)


@bp.get("/cache", responses={**problems(), **ANSWERS})
@public(WHY, Rate.NONE, asks_later=True)
def cache() -> Answer:
    """Whether the cache returns what it was given"""
    return _looked(CACHE)


@analytics_health_bp.get("/health", responses={**problems(), **ANSWERS})
@public(WHY, Rate.NONE, asks_later=True)
def analytics() -> Answer:
    """Whether the analytics plugins run and the landing table answers"""
    return _looked(DATABASE, LANDING_TABLE, *get(Lookout).plugins())


def _looked(*checks: Check, **known: Health) -> Answer:
    return _answered(lambda deadline: {**get(Lookout).look(checks, deadline), **known})


def _answered(look: Callable[[Deadline], Mapping[str, Health]]) -> Answer:
    """Who asks is found out first: an operator whom the database cannot vouch for in time gets no reasons either."""
    deadline = Deadline(current_app.config["HEALTH_SECONDS"])
    sees_reasons = _sees_reasons(deadline.half())
    parts = look(deadline)
    return _answer(parts if sees_reasons else {name: replace(part, reason="") for name, part in parts.items()})


def _sees_reasons(deadline: Deadline) -> bool:
    if is_local() and not current_app.config["PRODUCTION"]:
        return True
    who = caller_by(deadline)
    return who is not None and Scope.MONITORING_READ in who.scopes


def _answer(parts: Mapping[str, Health]) -> Answer:
    failing = any(part.vital and not part.ok for part in parts.values())
    status = "failing" if failing else "ok" if all(part.ok for part in parts.values()) else "degraded"
    return {"status": status, "parts": {k: asdict(v) for k, v in parts.items()}}, 503 if failing else 200
