"""What Mingus asks itself for its rules, beside what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.analytics.lake.progress import ProgressStore
from backend.analytics.monitoring.alerts.models import StoredAlert
from backend.analytics.monitoring.channels.channel import DeliveryState
from backend.analytics.monitoring.channels.models import StoredDelivery
from backend.analytics.monitoring.hosts import MonitoringHost
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.route_groups import ALL
from backend.analytics.monitoring.rules.judging import Observed
from backend.analytics.monitoring.rules.units import Unit, say
from backend.analytics.monitoring.windows import Windows
from backend.formats import counted, share
from backend.jobs.models import Job, JobState
from backend.jobs.timetable import Timetable

Check = Callable[[datetime], Sequence[Observed]]
DAY, PROMPT = timedelta(days=1), timedelta(minutes=5)
SUMMARY_FROM, SUMMARY_UNTIL = time(8), time(12)
LOOK_SECONDS = 2.0
ANSWERS_BELOW = 500


class SiteLook:
    """Asks the site itself, as a visitor would. One that never answered this process says nothing: it may be elsewhere.

    `url`: what is asked.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._has_answered = False

    def observe(self, at: datetime) -> Sequence[Observed]:
        if self._answers():
            self._has_answered = True
            return [Observed(0)]
        return [Observed(1, words=f"{self._url} doesn’t answer")] if self._has_answered else ()

    def _answers(self) -> bool:
        parts = urlsplit(self._url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=LOOK_SECONDS)
        try:
            connection.request("GET", parts.path or "/", headers={"User-Agent": "Mingus"})
            return connection.getresponse().status < ANSWERS_BELOW
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks by name. `zone`: the business zone. `on_call`: of the rota."""

    session: Session
    timetable: Timetable
    windows: Windows
    site: Check
    on_call: Check
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
            "undelivered_alerts": self._undelivered,
            "daily_summary": self._daily_summary,
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

    def _daily_summary(self, at: datetime) -> Sequence[Observed]:
        """Once each morning by the business zone, in whichever hour of it the schedule runs."""
        local = at.astimezone(ZoneInfo(self.zone))
        if not SUMMARY_FROM <= local.time() < SUMMARY_UNTIL:
            return [Observed(0)]
        return [Observed(1, words=self._summary(at))]

    def _summary(self, at: datetime) -> str:
        window = self.windows.one(Family.REQUEST, at - DAY, at, ALL)
        opened = select(func.count()).select_from(StoredAlert).where(StoredAlert.fired_at >= at - DAY)
        alerts = counted(self.session.scalar(opened) or 0, "alert")
        p95 = window.quantile(0.95)
        if p95 is None:
            return f"In the last 24 hours: no requests were measured, and {alerts} opened"
        failed = share(window.error_rate or 0, 2)
        requests = counted(window.count, "request")
        return (
            f"In the last 24 hours: {requests}, {failed} failed, 95% within {say(p95, Unit.SECONDS)}, {alerts} opened"
        )
