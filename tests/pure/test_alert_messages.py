"""What an alert says: what, since when, how bad, what is affected, two links; in each format and its limits. PERF-4"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from backend.analytics.monitoring.alerts.notifier import ChangeKind, Severity
from backend.analytics.monitoring.channels import email, pagerduty, slack, teams, webhook
from backend.analytics.monitoring.channels.message import Message
from backend.analytics.monitoring.channels.sending import retry_after
from tests.alert_changes import SINCE, change
from tests.alert_servers import ROUTING_KEY, check_pagerduty, check_slack, check_teams

SITE, ZONE = "https://mingus.example", "America/New_York"
JSON = {"Content-Type": "application/json"}
LONG = "x" * 5000
HEADLINES = [
    (ChangeKind.OPENED, "Critical: Pages are slow", "Open, critical"),
    (ChangeKind.REMINDER, "Still critical: Pages are slow", "Still open after 2 h 0 min, critical"),
    (
        ChangeKind.ESCALATED,
        "Escalated: Pages are slow",
        "No one has acknowledged this in 2 h 0 min",
    ),
    (ChangeKind.ACKNOWLEDGED, "Acknowledged: Pages are slow", "Acknowledged: someone is on it"),
    (ChangeKind.RESOLVED, "Resolved: Pages are slow", "Resolved after 2 h 0 min"),
]


def message_of(*changes):
    return Message.of(changes, SITE, ZONE)


def slack_of(message):
    return check_slack("/services/T0/B0/only-for-tests", JSON, slack.body(message))


def teams_of(message):
    return check_teams("/workflows/w/triggers/manual/paths/invoke?x", JSON, teams.body(message))


@pytest.mark.parametrize(("kind", "headline", "state"), HEADLINES)
def test_each_kind_of_news_has_its_own_words(kind, headline, state):
    message = message_of(change(kind, at=SINCE + timedelta(hours=2)))

    assert message.headline == headline
    assert dict(message.parts[0].facts) == {
        "State": state,
        "Since": "November 30, 2026, 2:05 PM EST",
        "Measured": "95th percentile of page times is 2.4 s (limit: over 2 s for 5 minutes)",
        "Affected": "GET /result/<token>, 3 more",
    }
    assert message.parts[0].explain_url == f"{SITE}/ops/alerts/7"
    assert message.parts[0].silence_url == ("" if kind is ChangeKind.RESOLVED else f"{SITE}/ops/alerts/7/silence")


@pytest.mark.parametrize(
    ("recipients", "told", "words"),
    [
        ((8,), (7,), ", so the next person on call is told"),
        ((7, 8, 9), (7,), ", so everyone who runs Mingus is told"),
        ((7, 8), (7, 8), ""),
    ],
)
def test_an_escalation_names_the_next_person_only_where_there_is_one(recipients, told, words):
    escalated = change(ChangeKind.ESCALATED, at=SINCE + timedelta(minutes=15), recipients=recipients, told=told)

    assert dict(message_of(escalated).parts[0].facts)["State"] == f"No one has acknowledged this in 15 min{words}"


def test_several_alerts_are_counted_and_the_worst_comes_first():
    warning = change(number=8, severity=Severity.WARNING, title="Disk fills up")
    both = message_of(warning, change())
    mixed = message_of(change(ChangeKind.RESOLVED, 9), warning, change())

    assert (both.headline, both.parts[0].headline) == ("2 alerts opened", "Critical: Pages are slow")
    assert (mixed.headline, mixed.severity) == ("3 alerts: 2 opened, 1 resolved", Severity.CRITICAL)
    assert mixed.parts[-1].headline == "Resolved: Pages are slow"


def test_five_hundred_alerts_fit_into_one_message_of_each_format():
    message = message_of(*(change(number=number, affected=LONG, title=f"{number} {LONG}") for number in range(500)))
    words = email.words(message, SITE)

    assert message.headline == "500 alerts opened"
    assert f"And 490 more alerts. <{SITE}/ops/alerts|See all alerts>" in str(slack_of(message))
    assert teams_of(message)["attachments"][0]["content"]["actions"][0]["url"] == f"{SITE}/ops/alerts"
    assert words.subject == "500 alerts opened"
    assert "And 490 more alerts." in words.body
    assert "And 490 more alerts." in words.html


def test_a_route_or_a_name_can_wake_nobody_and_change_no_page():
    hostile = message_of(change(affected="<!channel> <script>alert(1)</script> & *all* [x](https://evil.example)"))
    card = json.dumps(teams_of(hostile))

    assert "&lt;!channel&gt; &lt;script&gt;" in str(slack_of(hostile))
    assert "\\\\*all\\\\* \\\\[x\\\\](https://evil.example)" in card
    assert "<script>" not in email.words(hostile, SITE).html
    assert "&lt;script&gt;alert(1)" in email.words(hostile, SITE).html


def test_a_line_break_in_a_title_is_no_header_of_an_email():
    assert email.words(message_of(change(title="slow\r\nBcc: all")), SITE).subject == "Critical: slow Bcc: all"


def test_text_and_html_of_an_email_say_the_same():
    words = email.words(message_of(change()), SITE)

    for said in ("95th percentile of page times is 2.4 s", f"{SITE}/ops/alerts/7/silence", "2:05 PM EST"):
        assert said in words.body
        assert said in words.html


def test_pagerduty_gets_one_key_from_trigger_to_resolve():
    events = [
        check_pagerduty("/v2/enqueue", JSON, pagerduty.body(message_of(news), news, ROUTING_KEY, SITE, ZONE))
        for news in map(change, ChangeKind)
    ]

    assert [event["event_action"] for event in events] == ["trigger"] * 3 + ["acknowledge", "resolve"]
    assert {event["dedup_key"] for event in events} == {f"{SITE}|slow_pages:7"}
    assert events[0]["payload"] | {"custom_details": {}} == {
        "summary": "Critical: Pages are slow",
        "source": "mingus.example",
        "severity": "critical",
        "timestamp": "2026-11-30T19:10:00.000+00:00",
        "component": "GET /result/<token>, 3 more",
        "group": "slow_pages:7",
        "class": "slow_pages",
        "custom_details": {},
    }


def test_a_long_group_has_a_short_key_of_its_own():
    keys = {pagerduty.dedup_key(f"{LONG}{number}", SITE) for number in range(3)}

    assert len(keys) == 3
    assert all(len(key) <= 255 for key in keys)


def test_only_the_documented_answers_are_a_yes():
    assert slack.accepts(200, b"ok")
    assert not slack.accepts(200, b"<html>a proxy's page</html>")
    assert not slack.accepts(404, b"no_service")
    assert (pagerduty.accepts(202, b""), pagerduty.accepts(200, b"")) == (True, False)
    assert (teams.accepts(202, b""), teams.accepts(302, b"")) == (True, False)
    assert (webhook.accepts(204, b""), webhook.accepts(301, b"")) == (True, False)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("Mon, 30 Nov 2026 19:06:00 GMT", 60),
        ("Mon, 30 Nov 2020 19:06:00 GMT", 0),
        ("999999999999", 3600),
        ("soon", 0),
        ("", 0),
    ],
)
def test_a_wait_that_is_asked_for_is_kept_up_to_an_hour(header, seconds):
    assert retry_after(header, SINCE) == timedelta(seconds=seconds)
