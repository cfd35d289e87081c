from __future__ import annotations

from sqlalchemy.orm import Session

from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.lake.delta import Lake
from backend.analytics.lake.locks import Lock
from backend.analytics.lake.sync import Complaint, Followers, LakeSync
from backend.clock import utc_now
from backend.extensions import db
from backend.faults import Faults
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    lake, complaint, followers = Lake(settings.lake_url), Complaint(), Followers()

    def own_session() -> Session:
        """Apart from the request's: a sync commits, and what the request is about is not its business."""
        return Session(db.engine)

    def sync() -> LakeSync:
        telemetry = registry.build(AiCalculatorAnalytics).telemetry
        lock = Lock(settings.INSTANCE_DIR / "lake-sync.lock")
        return LakeSync(lake, own_session, lock, followers, telemetry, complaint, Faults(settings.FAULT_POINT), utc_now)

    registry.add_service(Lake, lambda: lake)
    registry.add_service(Followers, lambda: followers)
    registry.add_service(LakeSync, sync)
