"""The schedule: everything that runs by the clock, in the embedded scheduler or with Celery beat."""

from __future__ import annotations

from datetime import timedelta

from backend.jobs.timetable import Schedule, ScheduleEntry
from backend.tasks import (
    alert_channels,
    alerts,
    assessments,
    audit,
    dashboards,
    errors,
    events,
    experiments,
    forwarding,
    goals,
    jobs,
    lake,
    monitoring,
    privacy,
    slow_queries,
)
from config.settings import Settings

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


def schedule(settings: Settings) -> Schedule:
    """Name, interval, work and time limit of each entry; `at_start` runs it also when a process begins to lead."""
    return Schedule(
        [
            ScheduleEntry("alerts.evaluate", 10 * SECOND, alerts.evaluate, MINUTE),
            ScheduleEntry("alerts.prune", DAY, alerts.prune, MINUTE),
            ScheduleEntry("alerts.deliver", MINUTE, alert_channels.deliver, 2 * MINUTE),
            ScheduleEntry("alerts.prune_deliveries", DAY, alert_channels.prune_deliveries, 10 * MINUTE),
            ScheduleEntry("alerts.signal", MINUTE, alert_channels.signal, MINUTE),
            ScheduleEntry("assessments.clean", DAY, assessments.clean, 10 * MINUTE, at_start=True),
            ScheduleEntry("audit.anchor", HOUR, audit.anchor, MINUTE, at_start=True),
            ScheduleEntry("audit.verify", DAY, audit.verify, 10 * MINUTE),
            ScheduleEntry("dashboards.prepare", 5 * MINUTE, dashboards.prepare, 5 * MINUTE),
            ScheduleEntry("errors.forget", DAY, errors.forget, 10 * MINUTE),
            ScheduleEntry("events.make_partitions", DAY, events.make_partitions, MINUTE, at_start=True),
            ScheduleEntry("events.forget_ids", HOUR, events.forget_ids, 10 * MINUTE),
            ScheduleEntry("experiments.schedule", MINUTE, experiments.look_at_schedules, MINUTE),
            ScheduleEntry("ga4.forward", 30 * SECOND, forwarding.forward, 5 * MINUTE),
            ScheduleEntry("goals.close", HOUR, goals.close, 10 * MINUTE),
            ScheduleEntry("lake.sync", settings.LAKE_SYNC_SECONDS * SECOND, lake.sync, 10 * MINUTE, at_start=True),
            ScheduleEntry("lake.compact", 10 * MINUTE, lake.compact, 10 * MINUTE),
            ScheduleEntry("lake.vacuum", HOUR, lake.vacuum, 10 * MINUTE),
            ScheduleEntry("lake.forget_old_days", DAY, lake.forget_old_days, 10 * MINUTE),
            ScheduleEntry("lake.drop_landed", DAY, lake.drop_landed, 10 * MINUTE),
            ScheduleEntry("events.forget_salts", HOUR, events.forget_salts, MINUTE, at_start=True),
            ScheduleEntry("events.forget_quarantined", DAY, events.forget_quarantined, 10 * MINUTE),
            ScheduleEntry("monitoring.fold", 5 * SECOND, monitoring.fold, MINUTE),
            ScheduleEntry("monitoring.measure_business", MINUTE, monitoring.measure_business, MINUTE),
            ScheduleEntry("privacy.resume_erasures", HOUR, privacy.resume_erasures, MINUTE, at_start=True),
            ScheduleEntry("privacy.prune", DAY, privacy.prune, 10 * MINUTE),
            ScheduleEntry("slow_queries.plan", MINUTE, slow_queries.plan, 2 * MINUTE),
            ScheduleEntry("slow_queries.forget", DAY, slow_queries.forget, MINUTE),
            ScheduleEntry("jobs.prune", DAY, jobs.prune, 10 * MINUTE),
        ]
    )
