"""A site that forwards to a local GA4, and the hands that work in its background."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from pydantic import SecretStr

from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.events.forwarding.client import Ga4Client
from backend.analytics.events.forwarding.service import Forwarding
from backend.analytics.telemetry import NullTelemetry
from backend.database import get_db_session
from backend.jobs.models import Job
from backend.jobs.service import Jobs
from backend.plugins import KEY, get
from tests.conftest import make_settings
from tests.ga4 import API_SECRET, STREAM

URL = "/api/analytics/event"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


class Counts(NullTelemetry):
    """Telemetry that can be read."""

    def __init__(self):
        self.of = Counter()

    def count(self, name, value=1):
        self.of[name] += value


class Site:
    """An app whose GA4 waits half a second at most, and whose counts can be read."""

    def __init__(self, app, ga4):
        self.app, self.ga4, self.counts = app, ga4, Counts()
        app.extensions[KEY].build(AiCalculatorAnalytics).telemetry = self.counts
        app.extensions[KEY].add_shared(Ga4Client, lambda: Ga4Client(ga4.url, STREAM, API_SECRET, seconds=0.5))
        self.forward()

    def post(self, *events):
        answer = self.app.test_client().post(URL, json=list(events), headers=OWN_PAGE)
        assert answer.json["accepted"] == len(events)

    def forward(self):
        with self.app.app_context():
            return get(Forwarding).forward()

    def work(self):
        """Do all jobs that wait, also those whose next try lies ahead."""
        with self.app.app_context():
            get_db_session().execute(sa.update(Job).values(due_at=datetime(2026, 1, 1, tzinfo=UTC)))
            get_db_session().commit()
            return get(Jobs).run_due()

    def forward_and_work(self):
        self.forward()
        self.work()

    def jobs(self):
        with self.app.app_context():
            return get(Jobs).list()

    def change(self, statement):
        with self.app.app_context():
            get_db_session().execute(statement)
            get_db_session().commit()


def settings_of(folder, ga4, database_url):
    given = {"GA4_MEASUREMENT_ID": STREAM, "GA4_API_SECRET": SecretStr(API_SECRET), "GA4_URL": ga4.url}
    return make_settings(folder, DATABASE_URL=SecretStr(database_url), **given)


def event(event_type="ai_calculator_opened", session_id="s-1", **given):
    return {"event_type": event_type, "session_id": session_id, **given}


def hours_ago(hours):
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
