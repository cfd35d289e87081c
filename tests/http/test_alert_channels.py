"""Channels for alerts by the API and the command line. PERF-4"""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Role, Scope
from backend.audit.models import AuditEntry
from backend.extensions import db
from backend.jobs.service import Jobs
from backend.outbound.client import Outbound
from backend.plugins import KEY, get
from tests.accounts import make_account
from tests.alert_servers import (
    HOSTS,
    PAGERDUTY,
    ROUTING_KEY,
    SIGNING_SECRET,
    SLACK,
    SLACK_URL,
    TEAMS_URL,
    WEBHOOK,
    WEBHOOK_URL,
    alert_servers,
)
from tests.certificates import certificate
from tests.conftest import close, make_app, make_settings
from tests.letters import outbox

CHANNELS, DELIVERIES = "/api/analytics/performance/channels", "/api/analytics/performance/deliveries"
WEBHOOK_BODY = {"kind": "webhook", "name": "Pager of ours", "address": WEBHOOK_URL, "secret": SIGNING_SECRET}


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"), *HOSTS)


@pytest.fixture
def servers(app, trusted):
    with alert_servers(trusted) as servers:
        app.extensions[KEY].add_shared(Outbound, servers.outbound)
        yield servers
        assert servers.received["problems"] == []


@pytest.fixture
def operator(app):
    return make_account(app, Role.OPS, "ops@mingus.example")


@pytest.fixture
def ops(app, operator):
    return program(app, operator)


def program(app, operator):
    """A program with a key of the operator."""
    client = app.test_client()
    with app.app_context():
        scopes = [Scope.MONITORING_READ, Scope.MONITORING_CONTROL]
        key = get(KeyService).create("test", scopes, account_id=operator.id)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


def added(ops, **fields):
    answer = ops.post(CHANNELS, json=WEBHOOK_BODY | fields)
    assert answer.status_code == 201, answer.json
    return answer.json["data"]


def run_jobs(app):
    with app.app_context():
        get(Jobs).run_due()


def test_a_channel_is_added_listed_changed_and_deleted_and_the_audit_log_says_by_whom(app, ops):
    channel = added(ops)
    assert (channel["secret"], channel["host"], channel["source"]) == (SIGNING_SECRET, WEBHOOK, "stored")
    listed = ops.get(CHANNELS).json["data"]
    assert [(one["id"], one["name"]) for one in listed] == [("email", "Email"), (channel["id"], "Pager of ours")]

    change = {"name": "Night pager", "minimum_severity": "critical", "enabled": False}
    changed = ops.put(f"{CHANNELS}/{channel['id']}", json=change)
    assert {name: changed.json["data"][name] for name in change} == change
    assert ops.delete(f"{CHANNELS}/{channel['id']}").status_code == 204
    assert ops.delete(f"{CHANNELS}/{channel['id']}").status_code == 404

    with app.app_context():
        entries = db.session.query(AuditEntry).where(AuditEntry.object == f"channel:{channel['id']}")
        deeds = [(entry.actor[:4], entry.action) for entry in entries.order_by(AuditEntry.number)]
    assert deeds == [("key:", "channel.added"), ("key:", "channel.changed"), ("key:", "channel.deleted")]


def test_no_answer_and_no_log_shows_a_secret(app, servers, ops):
    one = added(ops)["id"]
    added(ops, kind="teams", name="Teams", address=TEAMS_URL, secret=None)
    ops.post(f"{CHANNELS}/{one}/test")
    run_jobs(app)
    shown = ops.get(CHANNELS).text + ops.get(DELIVERIES).text + ops.put(f"{CHANNELS}/{one}", json={"name": "x"}).text

    assert "only-for-tests" not in shown
    assert SIGNING_SECRET not in shown
    assert WEBHOOK in shown


def test_a_secret_that_nobody_sent_is_made_and_told_once(ops):
    channel = added(ops, secret=None)

    assert len(channel["secret"]) >= 32
    assert channel["secret"] not in ops.get(CHANNELS).text


def test_a_changed_channel_keeps_the_address_that_was_not_sent(app, servers, ops):
    channel = added(ops)["id"]
    ops.put(f"{CHANNELS}/{channel}", json={"name": "Renamed"})
    sent = ops.post(f"{CHANNELS}/{channel}/test").json["data"]
    run_jobs(app)

    [message] = servers.received[WEBHOOK]
    assert message["is_test"] is True
    assert message["delivery_id"] == sent["id"]


def test_a_test_is_answered_before_it_is_sent_and_then_in_the_log(app, servers, ops):
    channel = added(ops)["id"]
    answer = ops.post(f"{CHANNELS}/{channel}/test")
    assert (answer.status_code, answer.json["data"]["state"]) == (202, "waiting")
    assert servers.received == {}

    run_jobs(app)
    [delivery] = ops.get(DELIVERIES, query_string={"channel": channel, "state": "delivered"}).json["data"]
    assert (delivery["id"], delivery["kind"], delivery["attempts"]) == (answer.json["data"]["id"], "test", 1)
    assert ops.get(CHANNELS).json["data"][-1]["latest"] == delivery
    assert ops.get(DELIVERIES, query_string={"before": delivery["id"]}).json["data"] == []
    assert ops.get(DELIVERIES, query_string={"state": "failed"}).json["data"] == []


def test_a_test_by_email_goes_to_whoever_asks(app, instance, ops):
    make_account(app, Role.ADMIN)
    ops.post(f"{CHANNELS}/email/test")
    run_jobs(app)

    [letter] = outbox(instance)
    assert (letter.to, letter.subject) == ("ops@mingus.example", "Test: this channel receives alerts")
    assert "<h1" in letter.html


def test_an_address_inside_the_network_is_refused_when_it_is_called(app, ops):
    """A name may lead elsewhere tomorrow, so it is looked up at each call."""
    app.extensions[KEY].add_shared(Outbound, lambda: Outbound(resolve=lambda _host: ["127.0.0.1"]))
    channel = added(ops)["id"]
    ops.post(f"{CHANNELS}/{channel}/test")
    run_jobs(app)

    [delivery] = ops.get(DELIVERIES).json["data"]
    assert (delivery["state"], delivery["answer"]) == ("failed", "the host has an address that is not public")


REFUSED = [
    ({"kind": "smoke", "name": "", "minimum_severity": "high", "enabled": "maybe"}, 4),
    ({"address": "http://ops.example/", "secret": "short", "owner": "me"}, 3),
    ({"address": "https://user@ops.example/"}, 1),
    ({"address": "https://ops.example:8443/"}, 1),
    ({"name": "two\nlines"}, 1),
    ({"kind": "pagerduty"}, 3),  # without a key, with an address and a secret
    ({"kind": "slack", "address": None, "key": ROUTING_KEY}, 3),
    ({"kind": "email"}, 1),
]


@pytest.mark.parametrize(("fields", "faults"), REFUSED)
def test_a_channel_that_cannot_be_is_refused_with_every_reason(ops, fields, faults):
    answer = ops.post(CHANNELS, json=WEBHOOK_BODY | fields)

    assert answer.status_code == 422
    assert len(answer.json["errors"]) == faults, answer.json["errors"]


def test_two_channels_have_two_names(ops):
    added(ops)
    other = added(ops, name="Other")["id"]

    assert ops.post(CHANNELS, json=WEBHOOK_BODY | {"name": "PAGER OF OURS"}).json["errors"][0]["code"] == "taken"
    assert ops.put(f"{CHANNELS}/{other}", json={"name": "Pager of ours"}).status_code == 422
    assert ops.put(f"{CHANNELS}/{other}", json={"name": "Être"}).status_code == 200
    assert ops.post(CHANNELS, json=WEBHOOK_BODY | {"name": "être"}).json["errors"][0]["code"] == "taken"
    assert ops.put(f"{CHANNELS}/{other}", json={"name": "Other", "key": ROUTING_KEY}).status_code == 422


def test_what_is_not_there_and_what_cannot_change(ops):
    for path in ("nothing", "99999", "99999999999999", "²"):
        assert ops.put(f"{CHANNELS}/{path}", json={"name": "x"}).status_code == 404
        assert ops.post(f"{CHANNELS}/{path}/test").status_code == 404
    assert ops.put(f"{CHANNELS}/email", json={"name": "x"}).status_code == 409
    assert ops.delete(f"{CHANNELS}/email").status_code == 409
    for query in ({"state": "lost"}, {"limit": 101}, {"before": 0}, {"page": 1}):
        assert ops.get(DELIVERIES, query_string=query).status_code == 422


def test_who_may_do_what(app, make_key):
    reader, member = app.test_client(), app.test_client()
    reader.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_key('monitoring:read')}"
    member.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_key('dashboards:read')}"

    assert [reader.get(path).status_code for path in (CHANNELS, DELIVERIES)] == [200, 200]
    assert reader.post(CHANNELS, json=WEBHOOK_BODY).status_code == 403
    assert reader.post(f"{CHANNELS}/email/test").status_code == 403
    assert [member.get(path).status_code for path in (CHANNELS, DELIVERIES)] == [403, 403]
    assert app.test_client().get(CHANNELS).status_code == 401


@pytest.fixture
def founding(instance, trusted):
    """A site with the two channels of the founding settings, and nothing else."""
    settings = {"ALERT_WEBHOOK_URL": SecretStr(SLACK_URL), "PAGERDUTY_API_KEY": SecretStr(ROUTING_KEY)}
    app = make_app(make_settings(instance, **settings))
    with alert_servers(trusted) as servers:
        app.extensions[KEY].add_shared(Outbound, servers.outbound)
        yield app, servers
    close(app)


def flask(app, *words):
    result = app.test_cli_runner().invoke(args=["alerts", "test", *words])
    return result.exit_code, result.output


def test_the_founding_settings_make_two_channels_that_only_they_can_change(founding):
    app, _ = founding
    ops = program(app, make_account(app, Role.OPS))
    channels = {channel["id"]: channel for channel in ops.get(CHANNELS).json["data"]}

    assert channels.keys() == {"email", "slack", "pagerduty"}
    assert (channels["slack"]["host"], channels["slack"]["minimum_severity"]) == (SLACK, "info")
    assert (channels["pagerduty"]["host"], channels["pagerduty"]["minimum_severity"]) == (PAGERDUTY, "critical")
    assert ops.put(f"{CHANNELS}/slack", json={"name": "x"}).status_code == 409


def test_the_command_sends_to_each_channel_and_says_what_came_of_it(founding):
    app, servers = founding
    make_account(app, Role.OPS)
    servers.answers[PAGERDUTY] = [(500, {})]

    assert flask(app, "--channel", "slack") == (0, "Slack: delivered (HTTP 200).\n")
    code, told = flask(app)
    assert (code, told.splitlines()) == (
        1,
        [
            "Email: delivered.",
            "Slack: delivered (HTTP 200).",
            "PagerDuty: not delivered yet (HTTP 500). It will be tried again.",
            "Error: 1 channel did not take the message.",
        ],
    )
    assert flask(app, "--channel", "nothing") == (1, "Error: There is no channel with that ID.\n")


def test_without_an_operator_the_command_says_that_email_reaches_nobody(app):
    code, told = flask(app)

    assert code == 1
    assert "no one is on call, and no account has the role ops or admin" in told


@pytest.mark.parametrize(
    "host", ["localhost", "hooks.localhost", "pager.internal", "nas.home.arpa", "printer", "127.0.0.1", "10.0.0.8"]
)
def test_a_host_of_a_private_network_is_refused_when_it_is_typed(ops, host):
    private = {"address": f"https://{host}/alerts"}
    refused = ops.post(CHANNELS, json=WEBHOOK_BODY | private)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "address")
    channel = added(ops)["id"]
    assert ops.put(f"{CHANNELS}/{channel}", json={"name": "Pager of ours"} | private).status_code == 422
    assert [one["host"] for one in ops.get(CHANNELS).json["data"]] == ["", WEBHOOK]
