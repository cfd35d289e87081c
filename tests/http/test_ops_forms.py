"""PERF-7: every form of the pages of operations is sent as its page shows it, and does what it says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.accounts.permissions import Role
from backend.analytics.monitoring.alerts.on_call import OnCall
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.channels.service import ChannelService
from backend.analytics.monitoring.errors.buffer import Circumstances, ErrorBuffer
from backend.analytics.monitoring.errors.group import ErrorSource
from backend.analytics.monitoring.errors.service import ErrorService
from backend.analytics.monitoring.rules.service import Rules
from backend.clock import utc_now
from backend.plugins import KEY, get
from tests.accounts import BROWSER, make_account, signed_in
from tests.http.operating import add_alert, page, words
from tests.page_forms import forms, submit

HOOK = "https://hooks.example.com/services/T0/B0/part"
CHANNELS = {
    "slack": {"address": HOOK},
    "teams": {"address": "https://prod.example.com/workflows/part"},
    "pagerduty": {"key": "a" * 32},
    "webhook": {"address": "https://hears.example.com/mingus"},
}


@pytest.fixture
def ops(app, client):
    return signed_in(client, make_account(app, Role.OPS))


def sent(client, path, action, **filled):
    """Where a form that is taken leads."""
    answer = submit(client, path, action, **filled)
    assert answer.status_code == 303, words(answer.text)
    return answer.location


@pytest.mark.parametrize("kind", CHANNELS)
def test_a_channel_of_each_kind_is_added_saved_as_it_is_and_deleted(app, ops, kind):
    sent(ops, "/ops/channels/new", "/ops/channels/new", kind=kind, name=f"Our {kind}", **CHANNELS[kind])
    with app.app_context():
        [added] = [channel for channel in get(ChannelService).all() if channel.name == f"Our {kind}"]
    own = f"/ops/channels/{added.id}"
    sent(ops, "/ops/channels", f"{own}/test")
    sent(ops, own, own)
    with app.app_context():
        assert get(ChannelService).get(added.id) == added
    sent(ops, own, f"{own}/delete")

    assert ops.get(own, headers=BROWSER).status_code == 404


def test_a_rule_saved_as_its_page_shows_it_stays_as_it_was(app, ops):
    with app.app_context():
        before = get(Rules).all()
    assert len(before) > 30
    for rule in before:
        sent(ops, f"/ops/rules/{rule.id}", f"/ops/rules/{rule.id}")

    with app.app_context():
        assert get(Rules).all() == before


def test_a_rule_is_added_and_deleted_by_the_fields_of_its_form(ops):
    own = sent(ops, "/ops/rules/new", "/ops/rules/new", title="Checkout is slow", limit="2", clears_at="1")
    assert own == "/ops/rules/checkout-is-slow"
    assert sent(ops, own, f"{own}/delete") == "/ops/rules"


def test_silences_begin_and_end_by_their_forms(app, ops):
    alert = add_alert(app)
    silence = f"/ops/alerts/{alert}/silence"
    sent(ops, silence, silence, reason="moving the database")
    sent(ops, "/ops/silences/new", "/ops/silences/new", reason="upgrade")
    with app.app_context():
        ids = [one.id for one in get(AlertService).silences()]
    assert len(ids) == 2
    for number in ids:
        sent(ops, "/ops/alerts", f"/ops/silences/{number}/end")

    assert "/end" not in "".join(form.action for form in forms(ops, "/ops/alerts"))


@pytest.mark.parametrize("path", ["/ops", "/ops/alerts", "/ops/alerts/{alert}"])
def test_an_alert_is_acknowledged_wherever_it_is_shown(app, ops, path):
    alert = add_alert(app)
    acknowledge = f"/ops/alerts/{alert}/acknowledge"
    assert sent(ops, path.format(alert=alert), acknowledge) == f"/ops/alerts/{alert}"

    assert acknowledge not in {form.action for form in forms(ops, path.format(alert=alert))}


def test_the_rota_is_set_saved_as_it_is_and_a_stand_in_removed(app, ops):
    [form] = [form for form in forms(ops, "/ops/on-call") if form.action == "/ops/on-call"]
    [person] = filter(None, form.choices["turn-1"])
    begin = utc_now() + timedelta(days=1)
    times = {"starts_at": f"{begin:%Y-%m-%dT%H:%M}", "ends_at": f"{begin + timedelta(days=2):%Y-%m-%dT%H:%M}"}
    sent(ops, "/ops/on-call", "/ops/on-call", **{"turn-1": person, "stand_in": person}, **times)
    with app.app_context():
        before = get(OnCall).view()
    sent(ops, "/ops/on-call", "/ops/on-call")
    with app.app_context():
        assert get(OnCall).view() == before
    sent(ops, "/ops/on-call", "/ops/on-call", **{"remove-0": "on"})

    assert "stands in" not in page(ops, "/ops/on-call")


def test_an_error_is_decided_about_by_each_of_its_forms(app, ops):
    buffer = app.extensions[KEY].build(ErrorBuffer)
    buffer.record(ZeroDivisionError("nothing"), Circumstances(ErrorSource.REQUEST, "GET /jobs"))
    with app.app_context():
        buffer.write(get(ErrorService).record)
        [group] = get(ErrorService).groups()
    own = f"/ops/errors/{group.id}"
    decisions = {form.values["state"][0]: form for form in forms(ops, own) if form.action == f"{own}/decide"}
    assert len(decisions) >= 3
    for state, form in decisions.items():
        reason = {"reason": "a test"} if "reason" in form.names else {}
        assert ops.post(form.action, data=form.values | reason, headers=BROWSER).location == own
        with app.app_context():
            assert get(ErrorService).group(group.id).state == state


def test_an_incident_is_published_updated_resolved_and_deleted(ops):
    text = {"text": "We are looking into it."}
    own = sent(ops, "/ops/incidents", "/ops/incidents", title="Emails are late", components="email", **text)
    sent(ops, own, own, state="resolved", text="Emails arrive again.")

    assert "Emails arrive again." in page(ops, "/status")
    assert sent(ops, own, f"{own}/delete") == "/ops/incidents"
    assert "Emails arrive again." not in page(ops, "/ops/incidents")


def test_monitoring_is_stopped_and_started_by_the_form_that_is_shown(ops):
    for deed in ("stop", "start"):
        assert sent(ops, "/ops", f"/ops/monitoring/{deed}") == "/ops#monitoring"
