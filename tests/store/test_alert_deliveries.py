"""Alerts on their way: to real servers that take only the documented formats, or hang, or refuse. PERF-4"""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from backend.accounts.permissions import Role
from backend.analytics.monitoring.alerts.notifier import ChangeKind, Notifier, Severity
from backend.analytics.monitoring.channels.channel import Address, ChannelKind, NewChannel
from backend.analytics.monitoring.channels.delivering import Deliveries, send_at_once
from backend.analytics.monitoring.channels.models import StoredDelivery
from backend.analytics.monitoring.channels.sending import Outcome, Verdict
from backend.analytics.monitoring.channels.service import ChannelService
from backend.clock import utc_now
from backend.extensions import db
from backend.jobs.models import Job
from backend.jobs.service import Jobs
from backend.outbound import client
from backend.outbound.client import Outbound
from backend.plugins import KEY, get
from tests.accounts import make_account
from tests.alert_changes import change
from tests.alert_servers import (
    HOSTS,
    PAGERDUTY,
    ROUTING_KEY,
    SIGNING_SECRET,
    SLACK,
    SLACK_URL,
    TEAMS,
    TEAMS_URL,
    WEBHOOK,
    WEBHOOK_URL,
    alert_servers,
)
from tests.certificates import certificate
from tests.conftest import close, make_app, make_settings, of_postgresql
from tests.mail_server import mail_server

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
OPENED, RESOLVED = ChangeKind.OPENED, ChangeKind.RESOLVED


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"), *HOSTS)


@pytest.fixture
def servers(trusted):
    with alert_servers(trusted) as servers:
        yield servers
        assert servers.received["problems"] == []


@pytest.fixture
def mail():
    with mail_server() as server:
        yield server


@pytest.fixture(params=["sqlite"])
def site(request, tmp_path, servers, mail):
    """An app with Slack and PagerDuty from its settings, Teams and a webhook that somebody added, and email."""
    channels = {"ALERT_WEBHOOK_URL": SecretStr(SLACK_URL), "PAGERDUTY_API_KEY": SecretStr(ROUTING_KEY)}
    database = {} if request.param == "sqlite" else of_postgresql(request.getfixturevalue("postgresql_url"))
    request.getfixturevalue("instance")
    post = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": mail.port, "SMTP_SECURITY": "none"}
    app = make_app(make_settings(tmp_path, **channels, **database, **post))
    app.extensions[KEY].add_shared(Outbound, servers.outbound)
    with app.app_context():
        add(ChannelKind.TEAMS, Address(TEAMS_URL))
        add(ChannelKind.WEBHOOK, Address(WEBHOOK_URL, SIGNING_SECRET))
    make_account(app, Role.OPS, "ops@mingus.example")
    yield app
    close(app)


ON_BOTH = pytest.mark.parametrize("site", ["sqlite", "postgresql"], indirect=True)


def add(kind, address, **fields):
    new = {"name": kind.value, "minimum": Severity.INFO, "is_enabled": True} | fields
    return get(ChannelService).add("cli", NewChannel(kind=kind, address=address, **new)).id


def announce(app, *changes):
    with app.app_context():
        get(Notifier).announce(db.session(), changes)
        db.session.commit()


def later(app, **passed):
    """Let time pass: what waits is due that much sooner, and was made that much longer ago."""
    with app.app_context():
        for row in db.session.scalars(sa.select(StoredDelivery)):
            row.due_at -= timedelta(**passed)
            row.created_at -= timedelta(**passed)
        for job in db.session.scalars(sa.select(Job)):
            job.due_at -= timedelta(**passed)
        db.session.commit()


def deliver(app):
    """Do it as the scheduler does: the jobs that are due."""
    later(app, seconds=10)
    with app.app_context():
        get(Jobs).run_due()


def log(app, channel=None):
    """State, attempts, and answer of each message, the oldest first."""
    with app.app_context():
        rows = get(ChannelService).deliveries(channel_id=channel)
    return [(row.state.value, row.attempts, row.answer) for row in reversed(rows)]


@ON_BOTH
def test_every_channel_is_told_once_of_each_change(site, servers, mail):
    for kind in (OPENED, ChangeKind.ACKNOWLEDGED, RESOLVED):
        announce(site, change(kind))
        deliver(site)
        deliver(site)

    headlines = ["Critical: Pages are slow", "Acknowledged: Pages are slow", "Resolved: Pages are slow"]
    assert [message["text"] for message in servers.received[SLACK]] == headlines
    assert [letter.subject for letter in mail.received] == headlines
    assert [message["headline"] for message in servers.received[WEBHOOK]] == headlines
    assert [card["attachments"][0]["content"]["fallbackText"] for card in servers.received[TEAMS]] == headlines
    events = servers.received[PAGERDUTY]
    assert [event["event_action"] for event in events] == ["trigger", "acknowledge", "resolve"]
    assert {event["routing_key"] for event in events} == {ROUTING_KEY}
    assert len({event["dedup_key"] for event in events}) == 1
    assert {state for state, _, _ in log(site)} == {"delivered"}


def test_an_email_has_text_html_and_both_links(site, mail):
    announce(site, change())
    deliver(site)

    [letter] = mail.received
    assert letter.to == "ops@mingus.example"
    for said in (
        "http://127.0.0.1:5000/ops/alerts/7",
        "/ops/alerts/7/silence",
        "2.4 s (limit: over 2 s for 5 minutes)",
    ):
        assert said in letter.body
        assert said in letter.html


def test_five_hundred_alerts_at_once_are_one_message(site, servers, mail):
    announce(site, *(change(number=number, severity=Severity.WARNING) for number in range(1, 501)))
    deliver(site)

    assert [message["text"] for message in servers.received[SLACK]] == ["500 alerts opened"]
    assert [letter.subject for letter in mail.received] == ["500 alerts opened"]
    assert [message["count"] for message in servers.received[WEBHOOK]] == [500]
    assert len(servers.received[TEAMS]) == 1
    assert servers.received[PAGERDUTY] == []  # which takes critical alerts only


def test_what_changes_within_a_few_seconds_is_one_message(site, servers):
    announce(site, change(number=1))
    announce(site, change(number=2), change(RESOLVED, number=1))
    deliver(site)
    announce(site, change(RESOLVED, number=2))
    deliver(site)

    texts = [message["text"] for message in servers.received[SLACK]]
    assert texts == ["2 alerts: 1 opened, 1 resolved", "Resolved: Pages are slow"]
    actions = [(event["dedup_key"][-1], event["event_action"]) for event in servers.received[PAGERDUTY]]
    assert actions == [("1", "trigger"), ("2", "trigger"), ("1", "resolve"), ("2", "resolve")]


def test_a_change_that_is_rolled_back_is_told_to_nobody(site, servers):
    with site.app_context():
        get(Notifier).announce(db.session(), [change()])
        db.session.rollback()
    deliver(site)

    assert log(site) == []
    assert servers.received == {}


def test_a_channel_that_hangs_delays_no_other(site, servers, mail, monkeypatch):
    monkeypatch.setattr(client, "READ_SECONDS", 3.0)  # the others answer by then, also on a busy machine
    servers.hanging = {SLACK}
    announce(site, change())
    deliver(site)

    assert [len(servers.received[host]) for host in (SLACK, TEAMS, PAGERDUTY, WEBHOOK)] == [0, 1, 1, 1]
    assert len(mail.received) == 1
    assert log(site, "slack") == [("waiting", 1, "no answer (TimeoutError)")]

    servers.hanging.clear()
    later(site, hours=1)
    deliver(site)
    assert len(servers.received[SLACK]) == 1
    assert log(site, "slack")[0][:2] == ("delivered", 2)
    assert len(servers.received[TEAMS]) == len(mail.received) == 1


def test_who_never_answers_is_given_up_for_this_round_and_what_the_others_said_is_kept():
    ended = threading.Event()
    yes = Outcome(Verdict.DELIVERED, "HTTP 200")
    batches = {"slack": [(1, lambda: ended.wait(60) and yes), (2, lambda: yes)], "teams": [(3, lambda: yes)]}
    outcomes = send_at_once(batches, 2.0)
    ended.set()

    assert outcomes == {1: Outcome(Verdict.LATER, "no answer in time"), 3: yes}


def test_a_fault_of_ours_stops_no_other_channel(caplog):
    yes = Outcome(Verdict.DELIVERED, "HTTP 200")
    outcomes = send_at_once({"slack": [(1, lambda: 1 / 0), (2, lambda: yes)], "teams": [(3, lambda: yes)]}, 30.0)

    assert outcomes == {1: Outcome(Verdict.LATER, "Mingus could not send it; see its log"), 3: yes}
    assert "ZeroDivisionError" in caplog.text


def test_a_server_in_trouble_is_asked_again_not_before_the_time_it_names(site, servers):
    servers.answers[PAGERDUTY] = [(500, {}), (429, {"Retry-After": "1800"})]
    announce(site, change())
    deliver(site)
    assert log(site, "pagerduty") == [("waiting", 1, "HTTP 500")]

    later(site, minutes=10)  # longer than any back-off
    deliver(site)
    assert log(site, "pagerduty") == [("waiting", 2, "HTTP 429")]
    for _ in range(3):
        later(site, minutes=9)
        deliver(site)
    assert log(site, "pagerduty") == [("waiting", 2, "HTTP 429")]

    later(site, minutes=4)
    deliver(site)
    assert log(site, "pagerduty") == [("delivered", 3, "HTTP 202")]


def test_nothing_is_resolved_before_it_was_opened(site, servers):
    servers.answers[PAGERDUTY] = [(503, {}), (503, {})]
    announce(site, change())
    deliver(site)
    announce(site, change(RESOLVED), change(number=8))
    for _ in range(4):
        later(site, minutes=15)
        deliver(site)

    told = [(event["dedup_key"][-1], event["event_action"]) for event in servers.received[PAGERDUTY]]
    assert sorted(told) == [("7", "resolve"), ("7", "trigger"), ("8", "trigger")]
    assert told.index(("7", "trigger")) < told.index(("7", "resolve"))


def test_what_a_server_refuses_for_good_fails_and_keeps_back_nothing(site, servers):
    servers.answers[SLACK] = [(400, {})]
    announce(site, change(number=1))
    deliver(site)
    announce(site, change(number=2))
    deliver(site)

    assert log(site, "slack") == [("failed", 1, "HTTP 400"), ("delivered", 1, "HTTP 200")]


def test_an_alert_that_could_not_be_delivered_is_tried_for_a_day_and_stays_in_the_log(site, servers):
    servers.answers[SLACK] = [(404, {})] * 50
    announce(site, change())
    for _ in range(5):
        later(site, hours=4)
        deliver(site)
    assert log(site, "slack") == [("waiting", 5, "HTTP 404")]

    later(site, hours=4)
    deliver(site)
    assert log(site, "slack") == [("gave_up", 6, "HTTP 404")]


def test_severity_and_rule_decide_who_is_told(site, servers, mail):
    with site.app_context():
        quiet = add(ChannelKind.WEBHOOK, Address(WEBHOOK_URL, SIGNING_SECRET), name="quiet", minimum=Severity.CRITICAL)
    announce(site, change(severity=Severity.WARNING))
    announce(site, change(number=8, severity=Severity.INFO, channels=(quiet,)))
    announce(site, change(number=9, severity=Severity.INFO, channels=("999",)))
    deliver(site)

    assert [len(log(site, channel)) for channel in ("slack", "pagerduty", quiet)] == [1, 0, 1]
    assert [message["text"] for message in servers.received[SLACK]] == ["2 alerts opened"]
    assert [letter.subject for letter in mail.received] == ["2 alerts opened"]


def test_the_end_of_an_alert_goes_where_its_beginning_went(site, servers):
    announce(site, change(severity=Severity.WARNING, channels=("pagerduty",)))
    deliver(site)
    announce(site, change(RESOLVED, severity=Severity.WARNING))  # its rule was deleted, and names no channel any more
    announce(site, change(RESOLVED, 8, severity=Severity.WARNING))
    deliver(site)

    told = [(event["dedup_key"][-1], event["event_action"]) for event in servers.received[PAGERDUTY]]
    assert told == [("7", "trigger"), ("7", "resolve")]
    assert SLACK not in servers.received


def test_who_is_on_call_gets_the_email_and_a_second_try_tells_nobody_twice(site, mail):
    first, second = make_account(site, Role.MEMBER), make_account(site, Role.MEMBER)
    announce(site, change(recipients=(first.id, second.id)))
    mail.meanwhile.append(lambda: setattr(mail, "refusal", "451 4.3.0 later"))
    deliver(site)
    assert log(site, "email") == [("waiting", 1, "the mail server answered 451 4.3.0 (RCPT)")]

    mail.refusal = ""
    mail.meanwhile.clear()
    later(site, hours=1)
    deliver(site)
    assert [letter.to for letter in mail.received] == [first.email, second.email]
    assert log(site, "email")[0][:2] == ("delivered", 2)


@ON_BOTH
def test_two_processes_do_not_send_one_message_twice(site, servers):
    announce(site, change())
    later(site, seconds=10)
    with site.app_context():
        claimed = get(Deliveries)._claim()
    deliver(site)
    assert len(claimed) == 5
    assert servers.received == {}

    with site.app_context():  # the first process died, and a minute is over
        db.session.execute(sa.update(StoredDelivery).values(claimed_until=utc_now() - timedelta(seconds=1)))
        db.session.commit()
        get(Deliveries).run()
    assert len(servers.received[SLACK]) == 1


@ON_BOTH
def test_addresses_and_secrets_are_sealed_and_in_no_answer_of_a_server(site, servers):
    servers.answers[TEAMS] = [(500, {})]
    announce(site, change())
    deliver(site)
    with site.app_context():
        stored = str([tuple(row) for row in db.session.execute(sa.text("SELECT * FROM alert_channels"))])
        told = str([tuple(row) for row in db.session.execute(sa.text("SELECT * FROM alert_deliveries"))])

    assert "only-for-tests" not in stored + told
    assert SIGNING_SECRET not in stored + told


def test_a_channel_that_was_deleted_or_turned_off_gets_no_more(site, servers):
    with site.app_context():
        [teams, webhook] = [channel.id for channel in get(ChannelService).all()][-2:]
    announce(site, change())
    with site.app_context():
        get(ChannelService).delete("cli", teams)
        off = NewChannel(ChannelKind.WEBHOOK, "webhook", Severity.INFO, is_enabled=False, address=Address())
        get(ChannelService).change("cli", webhook, off)
    deliver(site)

    assert log(site, teams) == [("failed", 0, "the channel was deleted")]
    assert log(site, webhook) == [("failed", 0, "the channel is turned off")]
    with site.app_context():
        test = get(ChannelService).send_test("cli", webhook)
    deliver(site)
    assert servers.received[WEBHOOK][0] | {"alerts": []} == {
        "version": 1,
        "delivery_id": test,
        "is_test": True,
        "headline": "Test: this channel receives alerts",
        "severity": "info",
        "count": 1,
        "alerts": [],
        "all_url": "http://127.0.0.1:5000/ops/alerts",
    }


def test_a_test_of_pagerduty_leaves_no_incident_open(site, servers):
    with site.app_context():
        get(ChannelService).send_test("cli", "pagerduty")
        get(Deliveries).run()

    opened, resolved = servers.received[PAGERDUTY]
    assert opened["payload"]["summary"] == "Test: this channel receives alerts"
    assert (opened["event_action"], resolved["event_action"]) == ("trigger", "resolve")
    assert opened["dedup_key"] == resolved["dedup_key"]
