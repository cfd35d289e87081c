"""CAP-5 with nothing replaced but GA4 itself: server, scheduler, database."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace

import sqlalchemy as sa

from backend.clock import utc_now
from backend.jobs.models import Job, ScheduledTask
from config.settings import Settings
from tests.ga4 import API_SECRET, STREAM, ga4_server
from tests.servers import gunicorn, wait_until


def make_due(installation):
    with installation.session() as session:
        session.execute(sa.update(ScheduledTask).where(ScheduledTask.name == "ga4.forward").values(due_at=utc_now()))
        session.execute(sa.update(Job).values(due_at=utc_now()))
        session.commit()


def has_begun(installation):
    with installation.session() as session:
        return session.scalar(sa.select(ScheduledTask.last_finished_at).where(ScheduledTask.name == "ga4.forward"))


def failed(installation):
    with installation.session() as session:
        return session.scalar(sa.select(Job.last_error).where(Job.kind == "ga4.send"))


def post(url, events):
    body = json.dumps(events).encode()
    headers = {"Content-Type": "application/json", "Origin": url, "User-Agent": "Mozilla/5.0 Firefox/140.0"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/api/analytics/event", body, headers)) as answer:
        assert json.load(answer)["accepted"] == len(events)


def test_what_visitors_do_reaches_ga4_once_by_itself(installation):
    steps = [
        {"event_type": "calculator_step_completed", "session_id": "s-1", "event_data": {"step": n}} for n in (1, 2)
    ]
    with ga4_server() as ga4:
        ga4.answers.append(503)
        names = {"GA4_MEASUREMENT_ID": STREAM, "GA4_API_SECRET": API_SECRET, "GA4_URL": ga4.url}
        real = {"ANALYTICS_PLUGINS": Settings.model_fields["ANALYTICS_PLUGINS"].default}
        forwarding = replace(installation, environ={**installation.environ, **names, **real})
        with gunicorn(forwarding.environ, forwarding.folder / "web.log") as server, forwarding.run("app.scheduler"):
            wait_until(lambda: has_begun(forwarding), "forwarding begins")
            post(server.url, steps)
            make_due(forwarding)
            wait_until(lambda: failed(forwarding), "GA4 did not take it")
            make_due(forwarding)
            wait_until(lambda: ga4.taken, "GA4 took it")

        assert {event["params"]["step"] for event in ga4.events()} == {1, 2}
        assert (ga4.tries, ga4.problems) == (2, [])
        assert API_SECRET not in (forwarding.folder / "background.log").read_text()
