"""What Mingus asks itself for its rules, beside what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.analytics.lake.progress import ProgressStore
from backend.analytics.monitoring.channels.channel import DeliveryState
from backend.analytics.monitoring.channels.models import StoredDelivery
from backend.analytics.monitoring.hosts import MonitoringHost
from backend.analytics.monitoring.rules.daily_summary import DailySummary
from backend.analytics.monitoring.rules.judging import Observed
from backend.analytics.monitoring.windows import Windows
from backend.jobs.models import Job, JobState
from backend.jobs.timetable import Timetable

Check = Callable[[datetime], Sequence[Observed]]
DAY, PROMPT = timedelta(days=1), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks by name. `zone`: the business zone. `on_call`: of the rota. `experiments`: which can be trusted."""

    session: Session
    timetable: Timetable
    windows: Windows
    site: Check
    on_call: Check
    experiments: Check
    zone: str

    def by_name(self) -> Mapping[str, Check]:
        return {
            "site": self.site,
            "host_silence": self._host_silence,
            "dead_jobs": self._dead_jobs,
            "oldest_job": self._oldest_job,
            "failing_entries": self._failing_entries,
            "lake_age": self._lake_age,
            "on_call_gap": self.on_call,
            "unhealthy_experiments": self.experiments,
            "undelivered_alerts": self._undelivered,
            "daily_summary": DailySummary(self.session, self.windows, self.zone).observe,
        }

    def _host_silence(self, at: datetime) -> Sequence[Observed]:
        """A host that has been silent for a day is gone for good."""
        hosts = self.session.execute(select(MonitoringHost.id, MonitoringHost.sampled_at)).all()
        ages = [(host.id, at - host.sampled_at) for host in hosts]
        return [Observed(max(age.total_seconds(), 0), thing=name) for name, age in ages if age < DAY]

    def _dead_jobs(self, at: datetime) -> Sequence[Observed]:
        dead = select(func.count()).select_from(Job).where(Job.state == JobState.DEAD)
        return [Observed(self.session.scalar(dead) or 0)]

    def _oldest_job(self, at: datetime) -> Sequence[Observed]:
        due_at = self.session.scalar(select(func.min(Job.due_at)).where(Job.state == JobState.WAITING))
        return [Observed(max((at - due_at).total_seconds(), 0) if due_at else 0)]

    def _failing_entries(self, at: datetime) -> Sequence[Observed]:
        return [Observed(row.failures, thing=row.name) for row in self.timetable.rows()]

    def _lake_age(self, at: datetime) -> Sequence[Observed]:
        last = ProgressStore(self.session).last()
        return [Observed((at - last.as_of).total_seconds())] if last else ()

    def _undelivered(self, at: datetime) -> Sequence[Observed]:
        waits = (StoredDelivery.state == DeliveryState.WAITING) & (StoredDelivery.created_at < at - PROMPT)
        return [Observed(self.session.scalar(select(func.count()).select_from(StoredDelivery).where(waits)) or 0)]
