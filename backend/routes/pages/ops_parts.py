"""What the page of operations looks at beside what was measured: background work, email, tables, deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.analytics.events.landing.table import LandingTable
from backend.analytics.monitoring.channels.service import ChannelService
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.windows import Windows
from backend.dashboards.ops.channels import FailedDelivery, failed_deliveries
from backend.dashboards.ops.groups import WorkFigures
from backend.dashboards.ops.now import Parts
from backend.jobs.leases import SCHEDULER, Leases
from backend.jobs.listing import Shown
from backend.jobs.service import Jobs
from backend.jobs.timetable import Schedule, Timetable
from backend.mail.overview import MailOverview
from backend.plugins import get
from backend.reference.loading import Reference
from backend.routes.pages.ops_answers import parts_health
from backend.routes.pages.ops_storage import storage

DAY, WEEK = timedelta(days=1), timedelta(days=7)


def parts(now: datetime, zone: str) -> Parts:
    newest = get(LandingTable).newest()
    return Parts(
        newest_event=now - newest if newest else None,
        sources=get(Reference).vintages["bls_oews_national"],
        health=parts_health(),
        work=_work(now),
        schedule=get(Timetable).rows(),
        every={name: entry.every for name, entry in get(Schedule).entries.items()},
        tables=storage(now),
        deliveries=_failed(now, zone),
    )


def _work(now: datetime) -> WorkFigures:
    jobs, mail = get(Jobs), get(MailOverview)
    counts = jobs.counts()
    return WorkFigures(
        heartbeat=get(Leases).heartbeat_age(SCHEDULER),
        waiting=counts[Shown.WAITING],
        oldest=jobs.oldest_due(),
        dead=counts[Shown.DEAD],
        emails=get(Windows).one(Family.EMAIL, now - DAY, now),
        reaches_people=mail.reaches_people,
        undelivered=mail.undelivered(),
    )


def _failed(now: datetime, zone: str) -> Sequence[FailedDelivery]:
    channels = get(ChannelService)
    names = {channel.id: channel.name for channel in channels.all()}
    return failed_deliveries(channels.deliveries(), names, now - WEEK, zone)
