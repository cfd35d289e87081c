"""`/health/…`: is it alive, and can it do its work? Each answer looks first."""

from __future__ import annotations

from dataclasses import asdict

from flask import current_app
from flask_openapi3 import APIBlueprint, Tag

from backend.health import HealthService
from backend.plugins import Health, get
from backend.routes.access import Rate, public
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.health import HealthResponse
from backend.routes.schemas.problem import Responses, problems

TAG = Tag(name="Health", description="Whether each part is working.")
bp = APIBlueprint("health", __name__, url_prefix="/health", abp_tags=[TAG])
analytics_health_bp = APIBlueprint("analytics_health", __name__, abp_tags=[TAG])
ANSWERS: Responses = {200: HealthResponse, 503: HealthResponse}
WHY = "a probe has no account, and the answer names parts only"


@bp.get("/live", responses={200: HealthResponse, **problems()})
@public(WHY, Rate.NONE)
def live() -> Answer:
    """Whether the process is alive"""
    return _answer({})


@bp.get("/ready", responses={**problems(), **ANSWERS})
@public(WHY, Rate.NONE)
def ready() -> Answer:
    """Whether it can serve: the database answers and personal data can be opened; the cache is optional"""
    checks = get(HealthService)
    return _answer({"database": checks.database(), "master_key": checks.master_key()})


@bp.get("/", responses={**problems(), **ANSWERS})
@public(WHY, Rate.NONE)
def overview() -> Answer:
    """The health of every part"""
    checks = get(HealthService)
    parts = {"database": checks.database(), "master_key": checks.master_key(), "cache": checks.cache()}
    parts["secrets"] = checks.secrets()
    if current_app.config["PRODUCTION"]:
        parts["row_security"] = checks.row_security()
        parts["proxies"] = checks.proxies(current_app.config["TRUSTED_PROXIES"])
    return _answer({**parts, "background_work": checks.background_work(), **checks.plugins()})


@bp.get("/database", responses={**problems(), **ANSWERS})
@public(WHY, Rate.NONE)
def database() -> Answer:
    """Whether the database answers and has this version's tables"""
    return _answer({"database": get(HealthService).database()})


@bp.get("/cache", responses={**problems(), **ANSWERS})
@public(WHY, Rate.NONE)
def cache() -> Answer:
    """Whether the cache returns what it was given"""
    return _answer({"cache": get(HealthService).cache()})


@analytics_health_bp.get("/health", responses={**problems(), **ANSWERS})
@public(WHY, Rate.NONE)
def analytics() -> Answer:
    """Whether the analytics plugins run and the landing table answers"""
    checks = get(HealthService)
    return _answer({"database": checks.database(), "landing_table": checks.landing_table(), **checks.plugins()})


def _answer(parts: dict[str, Health]) -> Answer:
    failing = any(part.vital and not part.ok for part in parts.values())
    status = "failing" if failing else "ok" if all(part.ok for part in parts.values()) else "degraded"
    return {"status": status, "parts": {k: asdict(v) for k, v in parts.items()}}, 503 if failing else 200
