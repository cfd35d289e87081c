"""A service elsewhere hears from Mingus each minute, but only while alerts are evaluated. PERF-4"""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.analytics.monitoring.channels.dead_man import EVALUATION, DeadMan
from backend.clock import utc_now
from backend.extensions import db
from backend.jobs.models import ScheduledTask
from backend.outbound.client import OutboundFailed
from tests.alert_servers import HOSTS, WEBHOOK, alert_servers
from tests.certificates import certificate

URL = f"https://{WEBHOOK}/ping/only-for-tests"


@pytest.fixture
def servers(tmp_path):
    with alert_servers(certificate(tmp_path, *HOSTS)) as servers:
        servers.answers[WEBHOOK] = [(200, {})]
        yield servers


def signal(app, servers, url=URL, **evaluated):
    """Whether a signal went out, after alerts were evaluated so."""
    with app.app_context():
        db.session.merge(ScheduledTask(name=EVALUATION, due_at=utc_now(), fence=1, **{"failures": 0, **evaluated}))
        db.session.commit()
        return DeadMan(db.session(), servers.outbound(), url, utc_now).signal()


def ago(**passed):
    return utc_now() - timedelta(**passed)


def test_it_is_sent_while_alerts_are_evaluated(app, servers):
    assert signal(app, servers, last_finished_at=ago(seconds=90))
    assert servers.answers[WEBHOOK] == []


def test_it_is_not_sent_when_they_are_not(app, servers):
    assert not signal(app, servers)
    assert not signal(app, servers, last_finished_at=ago(seconds=130))
    assert not signal(app, servers, last_finished_at=ago(seconds=10), failures=1)
    assert not signal(app, servers, url="", last_finished_at=ago(seconds=10))
    assert len(servers.answers[WEBHOOK]) == 1


def test_a_service_that_does_not_take_it_is_told_by_the_schedule(app, servers):
    servers.answers[WEBHOOK] = [(404, {})]

    with pytest.raises(OutboundFailed, match="HTTP 404"):
        signal(app, servers, last_finished_at=ago(seconds=10))
