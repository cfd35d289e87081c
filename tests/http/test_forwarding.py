"""CAP-5: what visitors did reaches GA4 once and by its rules; what may not be sent is counted."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from backend.analytics.events.forwarding.service import Forwarding
from backend.analytics.events.models import AnalyticsEvent, EventCursor
from backend.analytics.lake.shape import session_key
from backend.database import get_db_session
from backend.plugins import get
from tests.conftest import SECRET
from tests.ga4 import API_SECRET, HANG, STREAM
from tests.http.forwarding import OWN_PAGE, URL, event, hours_ago
from tests.servers import PROJECT


def test_sends_what_happened_in_one_request_for_each_visitor(site):
    when = datetime.now(UTC)
    site.post(
        event(event_data={"source": "news", "medium": "mail"}, timestamp=(when - timedelta(minutes=2)).isoformat()),
        event("calculator_step_completed", event_data={"step": 2, "seconds": 14.2}, timestamp=when.isoformat()),
    )

    site.forward_and_work()

    [request] = site.ga4.taken
    opened, step = request["events"]
    session = {"session_id": opened["params"]["session_id"]}
    assert opened["params"] == {"source": "news", "medium": "mail", "engagement_time_msec": 1, **session}
    assert step["params"] == {"step": 2, "seconds": 14.2, "engagement_time_msec": 14_200, **session}
    assert step["timestamp_micros"] == int(when.timestamp()) * 1_000_000 + when.microsecond
    assert site.counts.of["ga4.sent"] == 2


def test_a_price_becomes_a_value_with_its_currency(sqlite_site):
    sqlite_site.post(event("paid_upgrade_clicked", event_data={"price_cents": 4999, "currency": "EUR"}))

    sqlite_site.forward_and_work()

    [sent] = sqlite_site.ga4.events()
    assert (sent["params"]["value"], sent["params"]["currency"]) == (49.99, "EUR")


def test_keeps_to_25_events_a_request_and_misses_none(site):
    site.post(*(event("calculator_step_completed", event_data={"step": n}) for n in range(1, 61)))

    site.forward_and_work()

    assert [len(request["events"]) for request in site.ga4.taken] == [25, 25, 10]
    assert {sent["params"]["step"] for sent in site.ga4.events()} == set(range(1, 61))


def test_what_a_person_typed_and_who_it_is_stay_here(sqlite_site):
    typed = {"job_title": "canary", "note": "canary", "industry": "canary@example.org", "risk_level": "low"}
    sqlite_site.post(event("assessment_submitted", event_data=typed, user_id="canary"))

    sqlite_site.forward_and_work()

    assert sqlite_site.ga4.events()[0]["params"]["risk_level"] == "low"
    assert "canary" not in str(sqlite_site.ga4.taken)
    assert sqlite_site.counts.of["ga4.adapted"] == 1


def test_a_long_text_is_cut_and_that_is_counted(sqlite_site):
    sqlite_site.post(event(event_data={"campaign": "x" * 98 + "😀😀"}))

    sqlite_site.forward_and_work()

    assert sqlite_site.ga4.events()[0]["params"]["campaign"] == "x" * 98 + "😀"
    assert sqlite_site.counts.of["ga4.adapted"] == 1


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"event_type": "n" * 41}, "name_too_long"),
        ({"event_type": "page_view"}, "name_reserved"),
        ({"event_type": "google_thing"}, "name_reserved"),
        ({"timestamp": hours_ago(73)}, "too_old"),
    ],
)
def test_what_ga4_does_not_take_is_skipped_with_a_reason(sqlite_site, given, reason):
    sqlite_site.post(event(**given), event("kept"))

    sqlite_site.forward_and_work()

    assert [sent["name"] for sent in sqlite_site.ga4.events()] == ["kept"]
    assert (sqlite_site.counts.of["ga4.skipped"], sqlite_site.counts.of[f"ga4.skipped.{reason}"]) == (1, 1)


def test_bots_are_never_forwarded(sqlite_site):
    sqlite_site.post(event())
    sqlite_site.change(sa.update(AnalyticsEvent).values(is_bot=True))

    assert sqlite_site.forward() == 0
    assert sqlite_site.counts.of["ga4.skipped.bot"] == 1


def test_history_from_before_it_was_switched_on_stays_here(site):
    site.change(sa.delete(EventCursor))
    site.post(event("before"))
    site.forward()
    site.post(event("after"))

    site.forward_and_work()

    assert [sent["name"] for sent in site.ga4.events()] == ["after"]


def test_errors_and_silence_are_tried_again_until_it_is_sent_once(site):
    site.ga4.answers.extend([500, 503, HANG])
    site.post(event())
    site.forward()

    for _ in range(5):
        site.work()

    assert (site.ga4.tries, len(site.ga4.taken)) == (4, 1)
    assert (site.counts.of["ga4.failed"], site.counts.of["ga4.sent"]) == (3, 1)
    assert [job.state for job in site.jobs()] == ["done"]


def test_what_ga4_never_takes_ends_as_a_dead_job(site):
    site.ga4.answers.extend([500] * 15)
    site.post(event())
    site.forward()

    for _ in range(17):
        site.work()

    assert (site.ga4.tries, site.ga4.taken) == (15, [])
    assert [(job.state, job.last_error.split()[0]) for job in site.jobs()] == [("dead", "Ga4Unavailable")]


def test_rows_erased_before_they_were_sent_are_not_sent(site):
    site.post(event("first"), event("second"))
    site.forward()
    site.change(sa.delete(AnalyticsEvent).where(AnalyticsEvent.event_type == "first"))

    site.work()

    assert [sent["name"] for sent in site.ga4.events()] == ["second"]
    assert site.counts.of["ga4.skipped.gone"] == 1


def test_a_job_whose_rows_are_all_gone_ends_without_a_request(site):
    site.post(event())
    site.forward()
    site.change(sa.delete(AnalyticsEvent))

    site.work()

    assert (site.ga4.tries, site.counts.of["ga4.skipped.gone"]) == (0, 1)
    assert [job.state for job in site.jobs()] == ["done"]


def test_jobs_hold_numbers_of_rows_and_nothing_of_a_visitor(site):
    site.post(event(session_id="canary", event_data={"source": "canary"}))
    site.forward()

    [job] = site.jobs()
    assert list(job.payload) == ["rows"]
    assert "canary" not in f"{job.payload} {job.unique_key}"


def test_two_forwarders_at_once_send_nothing_twice(site):
    site.post(*(event("numbered", session_id=f"s-{n}") for n in range(60)))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: site.forward(), range(2)))
    while site.work():
        pass

    sessions = [sent["params"]["session_id"] for sent in site.ga4.events()]
    assert (len(sessions), len(set(sessions))) == (60, 60)


def test_a_cursor_set_back_sends_nothing_twice(site):
    site.post(event())
    with site.app.app_context():
        before = get_db_session().scalar(sa.select(EventCursor.position))
    site.forward()
    site.change(sa.update(EventCursor).values(position=before))

    site.forward_and_work()

    assert len(site.ga4.events()) == 1


@pytest.mark.parametrize(("point", "jobs"), [("ga4.moved", 0), ("ga4.forwarded", 1)])
def test_killed_between_cursor_and_request_it_sends_once(site, point, jobs):
    site.post(event())
    program = f"""
from app import create_app
from backend.analytics.events.forwarding.service import Forwarding
from backend.plugins import get
from config.settings import Settings
with create_app(Settings.from_env({environment(site)!r} | {{"FAULT_POINT": {point!r}}})).app_context():
    get(Forwarding).forward()
"""
    died = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, env={**os.environ}, check=False)
    assert died.returncode == -signal.SIGKILL
    assert len(site.jobs()) == jobs

    site.forward_and_work()

    assert len(site.ga4.events()) == 1


def environment(site):
    settings = {"DATABASE_URL": site.app.config["SQLALCHEMY_DATABASE_URI"], "SECRET_KEY": SECRET, "STATSD_HOST": ""}
    return {**settings, "GA4_MEASUREMENT_ID": STREAM, "GA4_API_SECRET": API_SECRET, "GA4_URL": site.ga4.url}


def test_a_restored_table_makes_it_begin_anew_at_the_end(site):
    site.post(event("before"))
    site.change(sa.update(EventCursor).values(position=2**40))
    site.forward()
    site.post(event("after"))

    site.forward_and_work()

    assert [sent["name"] for sent in site.ga4.events()] == ["after"]


def test_what_ga4_refuses_is_not_sent_again(site):
    site.ga4.answers.append(403)
    site.post(event())
    site.forward()

    site.work()
    site.work()

    assert site.ga4.tries == 1
    assert [(job.state, job.last_error) for job in site.jobs()] == [("dead", "GA4 answered 403")]


def test_the_secret_never_shows(site, caplog):
    caplog.set_level(logging.DEBUG)
    site.ga4.answers.extend([500, HANG, 302])
    site.post(event())
    site.forward()

    for _ in range(4):
        site.work()

    assert site.ga4.tries == 3
    assert "Ga4Refused" in caplog.text
    assert API_SECRET not in caplog.text + str([job.last_error for job in site.jobs()])


def test_without_a_stream_nothing_is_read_and_the_health_page_says_so(any_app):
    any_app.test_client().post(URL, json=event(), headers=OWN_PAGE)
    with any_app.app_context():
        assert get(Forwarding).forward() == 0
        assert get_db_session().scalars(sa.select(EventCursor)).all() == []

    parts = any_app.test_client().get("/api/analytics/health").json["parts"]

    assert (parts["ga4"]["ok"], parts["ga4"]["reason"]) == (True, "GA4 is not configured")


def test_with_a_stream_the_health_page_has_nothing_to_say(site):
    parts = site.app.test_client().get("/api/analytics/health").json["parts"]

    assert (parts["ga4"]["ok"], parts["ga4"]["reason"]) == (True, "")


def test_the_session_is_the_lake_s(site):
    site.post(event(session_id="s-7f3a"))

    site.forward_and_work()

    assert site.ga4.events()[0]["params"]["session_id"] == str(session_key("s-7f3a"))
