from __future__ import annotations

from backend.accounts.keys.service import KeyService
from backend.analytics.lake.erasure import Erasure
from backend.analytics.lake.sync import LakeSync
from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.clock import utc_now
from backend.demo.jobs import DemoJobs
from backend.demo.service import DemoVisits
from backend.plugins import Registry
from backend.reference.loading import Reference
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    def jobs() -> DemoJobs:
        return DemoJobs.of(registry.build(Reference), registry.build(JobImpactCalculator))

    def demo() -> DemoVisits:
        keys, sync, erasure = registry.build(KeyService), registry.build(LakeSync), registry.build(Erasure)
        return DemoVisits(jobs, keys, sync, erasure, utc_now)

    registry.add_service(DemoVisits, demo)
