"""PERF-7: the verdict, the checks, and the days of the page of operations say what is so, and no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from backend.analytics.monitoring.alerts.alert import Alert, AlertState
from backend.analytics.monitoring.alerts.notifier import Severity
from backend.analytics.monitoring.growth import Growth, Growths
from backend.analytics.monitoring.objectives.objective import ObjectiveStanding
from backend.analytics.monitoring.objectives.shipped import OBJECTIVES
from backend.analytics.monitoring.sketches import Sketch, keys_of
from backend.analytics.monitoring.windows import Window
from backend.dashboards.ops.alerts import by_rule, shown_alert, worst_first
from backend.dashboards.ops.checks import Check, Group, State, Tally
from backend.dashboards.ops.groups import SiteFigures, WorkFigures, data, safety, site, work
from backend.dashboards.ops.lists import dependencies, tables
from backend.dashboards.ops.objectives import shown_objectives
from backend.dashboards.ops.runbook import Block, section
from backend.dashboards.ops.timeline import Incident, Span, timeline
from backend.dashboards.ops.verdict import verdict_of
from backend.plugins import Health

NOW = datetime(2026, 11, 30, 23, 52, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
FINE = Health(ok=True)


def window(values=(), failed=0):
    numbers = np.asarray(values, float)
    keys, counts = np.unique(keys_of(numbers), return_counts=True)
    return Window(len(numbers), failed, float(numbers.sum()), 0, None, Sketch(len(numbers), keys, counts), HOUR)


def alert(number=1, severity=Severity.CRITICAL, state=AlertState.FIRING, **more):
    values = {"title": "Emails aren’t going out", "thing": "", "measured": "the share of failed emails is 100%"}
    values |= {"limit": "over 50% for 5 minutes", "rule_id": "emails-failing", "runbook": "emails-failing"}
    since = NOW - number * MINUTE
    known = Alert(id=number, severity=severity, state=state, since=since, **values | more)
    return shown_alert(known, {}, NOW, "America/New_York")


def tally(*states):
    checks = tuple(Check(f"Check {number}", "about", "1", "now", state) for number, state in enumerate(states))
    return Tally.of([Group("Site", checks)])


def states(group):
    return {check.name: check.state for check in group.checks}


def test_all_is_well_only_if_every_check_was_measured_and_passes():
    well = verdict_of([], tally(State.OK, State.OK), is_on=True, last_incident="No incident in 30 days.")
    unknown = verdict_of([], tally(State.OK, State.UNKNOWN), is_on=True, last_incident="")

    assert (well.state, well.headline) == (State.OK, "All is well.")
    assert well.text == "All 2 checks pass. Nothing needs you. No incident in 30 days."
    assert (unknown.state, unknown.headline) == (State.UNKNOWN, "Nothing is wrong so far.")
    assert unknown.text == "1 of 2 checks pass. No verdict yet on check 1."


def test_the_worst_alert_heads_the_page_before_any_check_and_info_never_does():
    alerts = worst_first(
        [alert(3, Severity.INFO), alert(2, Severity.WARNING), alert(1), alert(4, state=AlertState.ACKNOWLEDGED)]
    )
    verdict = verdict_of(alerts, tally(State.BAD, State.OK), is_on=True, last_incident="")

    assert [one.id for one in alerts] == [1, 4, 2, 3]
    assert (verdict.state, verdict.headline) == (State.BAD, "Emails aren’t going out.")
    assert verdict.text.startswith("The share of failed emails is 100% (over 50% for 5 minutes), since 6:51 PM.")
    assert "2 more alerts are open. Also failing: check 0." in verdict.text
    assert verdict_of([alert(3, Severity.INFO)], tally(State.OK), is_on=True, last_incident="").state is State.OK


def test_alerts_of_one_rule_are_one_line():
    routes = [alert(number, thing=f"GET /{number}") for number in range(1, 15)]
    alerts = [*routes, alert(15, rule_id="cpu-high")]

    assert [(one.id, others) for one, others in by_rule(alerts)] == [(1, 13), (15, 0)]


def test_a_silenced_alert_comes_after_those_that_are_not():
    assert [one.id for one in worst_first([alert(1, is_silenced=True), alert(2, Severity.WARNING)])] == [2, 1]


def test_a_missed_objective_is_not_called_well_though_nothing_fails():
    missed = "95% of pages take less than 200 ms"
    verdict = verdict_of([], tally(State.OK, State.OK), is_on=True, last_incident="", spent=[missed])

    assert (verdict.state, verdict.headline) == (State.UNKNOWN, "Nothing is failing now, but an objective is missed.")
    assert verdict.text == f"Missed: {missed}. All 2 checks pass."


def test_a_budget_is_not_judged_by_a_few_requests():
    [shown] = shown_objectives([ObjectiveStanding(OBJECTIVES["page-speed"], 3, 2, -12.3, (), NOW, MINUTE)])

    assert (shown.reached, shown.budget, shown.state) == ("33.3%", "too few to judge", State.UNKNOWN)


def test_what_nobody_set_up_does_not_count_as_working():
    parts = {"database": FINE, "ga4": Health(ok=True, reason="GA4 is not configured"), "cache": Health(ok=False)}
    parts["mail"] = Health(ok=True, reason="no SMTP_HOST: emails are saved to the outbox folder")

    assert [(part.name, part.value) for part in dependencies(parts)] == [
        ("Cache", "fails"),
        ("GA4", "not set up"),
        ("Mail", "not set up"),
        ("Database", "works"),
    ]


def test_stopped_monitoring_is_no_peace():
    verdict = verdict_of([], tally(State.OK), is_on=False, last_incident="")

    assert (verdict.state, verdict.headline) == (State.UNKNOWN, "Monitoring is stopped.")


def test_what_nobody_measured_has_no_figure():
    checks = [*site(SiteFigures(window(), window())).checks, *safety({}, FINE, FINE).checks[:2]]

    assert {check.state for check in checks} == {State.UNKNOWN}
    assert {check.value for check in checks} == {"not measured", "no requests"}


def test_one_slow_request_at_night_is_nothing():
    assert states(site(SiteFigures(window([9.0]), window([9.0]))))["Fast enough"] is State.UNKNOWN
    assert states(site(SiteFigures(window([0.1]), window([0.1]))))["Fast enough"] is State.OK
    assert states(site(SiteFigures(window([9.0]), window([9.0] * 20))))["Fast enough"] is State.BAD


def test_availability_is_never_rounded_up_to_a_hundred():
    [answers, _, errors] = site(SiteFigures(window([0.1] * 30_000, failed=1), window([0.1] * 30_000, failed=1))).checks

    assert (answers.value, errors.value) == ("99.99%", "<0.01%")


def test_email_that_is_saved_to_a_folder_does_not_count_as_sent():
    outbox = WorkFigures(timedelta(seconds=2), 0, None, 0, window(), reaches_people=False, undelivered=0)
    stuck = WorkFigures(HOUR, 12, HOUR, 1, window([1.0] * 12, failed=12), reaches_people=True, undelivered=12)

    assert states(work(outbox))["Email"] is State.UNKNOWN
    assert set(states(work(stuck)).values()) - {State.BAD} == set()
    assert work(stuck).checks[-1].value == "0 of 12"


def test_figures_are_fresh_as_the_lake_says():
    late = data(timedelta(seconds=6), Health(ok=False, reason="as of 900 s ago, though a scheduler runs"), "May 2025")

    assert data(None, Health(ok=True, reason="as of 41 s ago"), "May 2025").checks[1].value == "41 s ago"
    assert [check.state for check in late.checks] == [State.OK, State.BAD, State.OK]


def test_incidents_that_overlap_count_once_and_days_without_measurements_are_not_well():
    incidents = [
        Incident(1, "Pages are slow", Span(NOW - 13 * DAY, NOW - 13 * DAY + 9 * MINUTE)),
        Incident(2, "Requests fail", Span(NOW - 13 * DAY + MINUTE, NOW - 13 * DAY + 6 * MINUTE)),
    ]
    days = timeline(incidents, [Span(NOW - 40 * DAY, NOW - 20 * DAY)], NOW, "UTC")

    assert days.title == "Last 30 days: 2 incidents, 9 min"
    assert [mark.look for mark in days.marks] == ["off"] * 9 + ["ok"] * 7 + ["bad"] * 2 + ["ok"] * 12
    assert days.marks[9].words == "Nov 10: all well, measured in part"
    assert days.marks[16].words == "Nov 17: 8 min"
    assert timeline([], [Span(NOW - 40 * DAY, NOW - 20 * DAY)], NOW, "UTC").last == (
        "No incident in the 21 days measured so far."
    )
    assert days.last == "Last incident: November 17, 5 min, requests fail."


def test_an_incident_that_lasts_ends_now():
    days = timeline([Incident(1, "CPU use is high", Span(NOW - 2 * HOUR))], [], NOW, "America/New_York")

    assert days.title == "Last 30 days: 1 incident, 2 h 0 min"
    assert days.incidents[0].lasted == "2 h 0 min so far"
    assert days.last.endswith("CPU use is high.")


@pytest.mark.parametrize(("left", "budget", "state"), [(0.8, "80% left", State.OK), (-0.2, "used up", State.BAD)])
def test_an_objective_says_what_is_left_of_its_budget_and_of_how_long(left, budget, state):
    standing = ObjectiveStanding(OBJECTIVES["availability"], 100_000, 20, left, (), NOW, 3 * DAY)
    [shown] = shown_objectives([standing])

    assert (shown.reached, shown.budget, shown.state) == ("99.98%", budget, state)
    assert shown.about == "100,000 measured, in 3 days so far"


def test_tables_are_listed_with_their_growth_and_when_the_disk_is_full():
    sizes = [Growth("jobs", 3 * 1024.0**2, 1024.0**2, 29.0), Growth("new", 1024.0, 1024.0, 0.0)]
    disks = [Growth("/", 40.0, 30.0, 30.0), Growth("/data", 20.0, 20.0, 30.0)]
    now = {"database_bytes": 5 * 1024.0**2, "database_connections_open": 8.0, "database_connections_max": 100.0}
    shown = tables(Growths(sizes, disks), now)

    assert [(row.name, row.size, row.growth) for row in shown.rows] == [
        ("jobs", "3.0 MB", "+2.0 MB in 29 days"),
        ("new", "1.0 KB", ""),
    ]
    assert shown.about == "5.0 MB in all; 8 of 100 connections; disk at 90% in about 150 days at this pace"
    assert tables(Growths(sizes, [Growth("/", 95.0, 90.0, 3.0)]), {}).about == "disk over 90%"
    assert tables(Growths([], disks), now) is None


def test_the_runbook_of_an_alert_ends_where_the_next_begins():
    text = "Look at **/admin/jobs**.\n\n- Read [the error](x.md).\n\n```\nflask jobs list\n```"
    book = f"## Critical\n\n### `jobs-dead`\n\n{text}\n### next\nNo."

    assert section(book, "jobs-dead") == (
        Block("p", "Look at /admin/jobs."),
        Block("li", "Read the error."),
        Block("code", "flask jobs list"),
    )
    assert section(book, "unknown") == ()
