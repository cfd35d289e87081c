"""PERF-1: monitoring is started, stopped and looked at by the API."""

from __future__ import annotations

import pytest

from backend.accounts.keys.service import KeyService
from backend.accounts.people.models import Account
from backend.accounts.permissions import Role, Scope
from backend.analytics.monitoring.control import MonitoringControl
from backend.extensions import db
from backend.personal_data import DataClasses, Subject
from backend.plugins import get
from tests.accounts import make_account, signed_in

PERFORMANCE = "/api/analytics/performance"


@pytest.fixture
def ask(client, make_key):
    """A function that asks with a key of the scopes, all of monitoring by default."""

    def ask(method, deed, *scopes):
        key = make_key(*scopes or (Scope.MONITORING_READ, Scope.MONITORING_CONTROL))
        return client.open(f"{PERFORMANCE}/{deed}", method=method, headers={"Authorization": f"Bearer {key}"})

    return ask


def test_stopping_twice_changes_once_and_status_says_so(app, ask):
    with app.app_context():
        get(MonitoringControl).beat("web-1", 17, 0)

    first, second = ask("POST", "stop-monitoring"), ask("POST", "stop-monitoring")

    host = {"id": "web-1", "is_sampling": False, "workers": [{"pid": 17, "generation": 0}]}
    assert first.status_code == second.status_code == 200
    status = first.json
    assert 0 <= status["hosts"][0].pop("heartbeat_age") < 15
    assert status == {"desired": "off", "generation": 1, "observed": "changing", "hosts": [host]}
    assert second.json["generation"] == ask("GET", "status").json["generation"] == 1
    assert ask("POST", "start-monitoring").json["generation"] == 2
    assert ask("GET", "status").json["desired"] == "on"


def test_who_reads_may_not_control_and_nobody_may_do_anything(client, ask):
    assert ask("GET", "status", Scope.MONITORING_READ).status_code == 200
    for deed in ("start-monitoring", "stop-monitoring"):
        assert ask("POST", deed, Scope.MONITORING_READ).status_code == 403
        assert client.post(f"{PERFORMANCE}/{deed}").status_code == 401
    assert client.get(f"{PERFORMANCE}/status").status_code == 401


@pytest.mark.parametrize("role", [Role.OPS, Role.ADMIN])
def test_ops_and_admins_control_by_their_own_keys(app, client, role):
    with app.app_context():
        key = get(KeyService).create("theirs", [Scope.MONITORING_CONTROL], account_id=make_account(app, role).id)

    answer = client.post(f"{PERFORMANCE}/stop-monitoring", headers={"Authorization": f"Bearer {key}"})

    assert answer.json["desired"] == "off"


@pytest.mark.parametrize(("role", "status"), [(Role.ANALYST, 403), (Role.OPS, 200)])
def test_operators_who_signed_in_see_the_status(app, client, role, status):
    assert signed_in(client, make_account(app, role)).get(f"{PERFORMANCE}/status").status_code == status


def test_an_account_that_is_erased_leaves_no_name_behind(app):
    account = make_account(app, Role.OPS)
    with app.app_context():
        get(MonitoringControl).stop(account.name)
        subject = Subject(db.session.get(Account, account.id).id, account.public_id)
        own = get(DataClasses).classes["monitoring"]

        assert [row["desired"] for row in own.export(subject)] == ["off"]
        assert list(own.people()) == [account.public_id]
        own.erase(subject)

        assert list(own.export(subject)) == list(own.people()) == []
        assert get(MonitoringControl).status().desired == "off"
