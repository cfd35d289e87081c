"""PERF-4, PERF-7: alerts explained, acknowledged, and silenced on pages; rules, channels, and the rota by forms."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.accounts.permissions import Role
from backend.analytics.monitoring.alerts.on_call import OnCall
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.channels.service import ChannelService
from backend.analytics.monitoring.rules.service import Rules
from backend.clock import utc_now
from backend.plugins import get
from tests.accounts import BROWSER, make_account, signed_in
from tests.http.operating import add_alert, measure, page, send, words

LIMITS = {"limit": "7", "clears_at": "3", "lasting": "2", "settles": "5", "fewest": "50", "severity": "warning"}
HOOK = "https://hooks.example.com/services/T0/B0/secret-part"


@pytest.fixture
def person(app):
    return make_account(app, Role.OPS)


@pytest.fixture
def ops(client, person):
    return signed_in(client, person)


def test_an_alert_is_explained_with_what_it_affects_and_its_history(app, ops):
    measure(app, "GET /result/<token>", 0.05, "5xx", times=30)
    measure(app, "GET /jobs", 0.05, times=200)
    text = page(ops, f"/ops/alerts/{add_alert(app)}")

    assert "Measured The share of failed requests is 5.4%" in words(text)
    assert "Opens over 5% for 1 minute" in words(text)
    assert "GET /result/<token> 50 ms 30 30" in words(text)
    assert "GET /jobs" not in words(text)
    assert "Pending . It was 5.2%" in words(text)
    assert '"title": "The share of failed requests"' in text


def test_an_alert_of_a_changed_rule_shows_its_limit_and_says_that_the_runbook_has_another(app, ops):
    send(ops, "/ops/rules/errors-high", **LIMITS)
    text = words(page(ops, f"/ops/alerts/{add_alert(app)}"))

    assert "Opens over 7% for 2 minutes" in text
    assert "The text below speaks of the limit it shipped with: over 5% for 1 minute." in text
    assert "Someone changed this rule" not in words(page(ops, f"/ops/alerts/{add_alert(app, rule='cpu-high')}"))


def test_acknowledging_says_who_is_on_it(app, ops, person):
    alert = add_alert(app)
    assert send(ops, f"/ops/alerts/{alert}/acknowledge").location == f"/ops/alerts/{alert}"
    text = page(ops, f"/ops/alerts/{alert}")

    assert f"Acknowledged By {person.email}" in words(text)
    assert f"/ops/alerts/{alert}/acknowledge" not in text
    assert ops.get("/ops/alerts/999", headers=BROWSER).status_code == 404


def test_a_silence_has_an_end_and_a_reason_and_can_be_ended(app, ops, person):
    alert = add_alert(app)
    refused = send(ops, f"/ops/alerts/{alert}/silence", lasts="forever", ends_at="soon", reason="")
    assert refused.status_code == 422
    assert "Choose one of the lengths." in refused.text
    assert "Enter a date and a time" in refused.text
    assert "Enter a reason" in send(ops, f"/ops/alerts/{alert}/silence", lasts="4h").text

    send(ops, f"/ops/alerts/{alert}/silence", lasts="4h", reason="moving the database")
    with app.app_context():
        [silence] = get(AlertService).silences()
    assert silence.rule_id == "errors-high"
    assert timedelta(hours=3.9) < silence.ends_at - utc_now() <= timedelta(hours=4)
    listed = words(page(ops, "/ops/alerts"))
    assert f"moving the database ({person.email})" in listed
    assert "Critical Silenced" in listed
    send(ops, f"/ops/silences/{silence.id}/end")
    assert "moving the database" not in page(ops, "/ops/alerts")


def test_a_maintenance_window_is_planned_in_local_time(app, ops):
    starts, ends = "2999-01-02T03:00", "2999-01-02T05:30"
    send(ops, "/ops/silences/new", rule_id="", starts_at=starts, ends_at=ends, lasts="1h", reason="upgrade")
    with app.app_context():
        [silence] = get(AlertService).silences()

    assert (silence.rule_id, silence.ends_at - silence.starts_at) == (None, timedelta(hours=2.5))
    assert "Every rule Planned" in words(page(ops, "/ops/alerts"))


def test_a_rule_is_changed_and_put_back(app, ops):
    refused = send(ops, "/ops/rules/errors-high", **LIMITS | {"limit": "much", "lasting": "-1", "severity": "loud"})
    assert refused.status_code == 422
    for message in ("Enter a number.", "Enter 0 to 1,440 minutes.", "Choose one from the list."):
        assert message in refused.text
    assert "clear at the limit or below" in send(ops, "/ops/rules/errors-high", **LIMITS | {"clears_at": "9"}).text

    send(ops, "/ops/rules/errors-high", is_enabled="on", **LIMITS)
    with app.app_context():
        rule = get(Rules).get("errors-high")
    assert (rule.limit, rule.clears_at, rule.lasting, rule.severity) == (0.07, 0.03, timedelta(minutes=2), "warning")
    assert (
        "Requests fail Changed The share of failed requests over 7% for 2 minutes, with at least 50 measured"
        in words(page(ops, "/ops/rules"))
    )
    send(ops, "/ops/rules/errors-high/delete")
    assert "Changed" not in page(ops, "/ops/rules")


def test_a_rule_of_ones_own_is_added_and_deleted(ops):
    form = LIMITS | {"title": "Checkout is slow", "measure": "window:request", "statistic": "p95", "window": "10"}
    form |= {"comparison": "above", "prefixes": "/checkout, /pay"}
    assert send(ops, "/ops/rules/new", **form | {"measure": "window:nothing"}).status_code == 422
    added = send(ops, "/ops/rules/new", **form)
    assert added.location == "/ops/rules/checkout-is-slow"
    assert "The 95th percentile of response times over 7 s for 2 minutes" in words(page(ops, "/ops/rules"))
    assert "There is already a rule" in send(ops, "/ops/rules/new", **form).text

    send(ops, "/ops/rules/checkout-is-slow/delete")
    assert ops.get("/ops/rules/checkout-is-slow", headers=BROWSER).status_code == 404


def test_a_channel_is_added_tested_changed_and_deleted_and_its_address_is_never_shown(app, ops):
    refused = send(ops, "/ops/channels/new", kind="slack", name="", address="http://plain.example.com")
    assert refused.status_code == 422
    assert "Enter a name" in refused.text
    assert "begins with https://" in refused.text

    form = {"kind": "slack", "name": "#operations", "address": HOOK, "minimum_severity": "warning", "enabled": "on"}
    assert send(ops, "/ops/channels/new", **form).location == "/ops/channels"
    with app.app_context():
        [channel] = [one for one in get(ChannelService).all() if one.name == "#operations"]
    send(ops, f"/ops/channels/{channel.id}/test")
    text = page(ops, "/ops/channels")
    assert "#operations Slack hooks.example.com. Gets warnings and critical alerts. Waiting" in words(text)
    send(ops, f"/ops/channels/{channel.id}", name="#ops", minimum_severity="critical")
    assert "#ops Slack Off hooks.example.com. Gets critical alerts only." in words(page(ops, "/ops/channels"))
    assert "secret-part" not in text + page(ops, f"/ops/channels/{channel.id}")
    send(ops, f"/ops/channels/{channel.id}/delete")
    assert "A deleted channel" in page(ops, "/ops/channels")


def test_the_rota_is_made_by_a_form(app, ops, person):
    week = {"turn-1": person.public_id, "weekday": "0", "hour": "9", "tz": "America/New_York"}
    assert "No rota yet" in page(ops, "/ops/on-call")
    refused = send(ops, "/ops/on-call", **{"turn-1": "", "weekday": "9", "hour": "x", "tz": "Nowhere"})
    assert refused.status_code == 422
    assert "Choose at least one person." in refused.text
    assert "Enter a time zone" in refused.text

    absence = {"stand_in": person.public_id, "starts_at": "2999-01-02T09:00", "ends_at": "2999-01-03T09:00"}
    send(ops, "/ops/on-call", **week, **absence)
    assert f"{person.email} is on call" in page(ops, "/ops/on-call")
    send(ops, "/ops/on-call", **week, **{"remove-0": "on"})
    with app.app_context():
        view = get(OnCall).view()
    assert (view.zone, view.hour, view.stand_ins) == ("America/New_York", 9, ())
