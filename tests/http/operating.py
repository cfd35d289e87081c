"""What the pages of operations are tried with: alerts and measurements of made-up troubles, and forms sent by hand."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from time import time

from backend.analytics.monitoring.alerts.models import StoredAlert, StoredStep
from backend.analytics.monitoring.flush_payload import packed
from backend.analytics.monitoring.folding import Folding
from backend.analytics.monitoring.measured import measured
from backend.analytics.monitoring.readings import Family, Reading
from backend.analytics.monitoring.store import PerformanceStore
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import get
from tests.accounts import BROWSER, form_token

MINUTE = timedelta(minutes=1)


def send(client, path, **form):
    """Post a form of a page, as a browser without script does."""
    return client.post(path, data=form | {"csrf_token": form_token(client, "/account/password")}, headers=BROWSER)


def page(client, path):
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return answer.text


def headline(text):
    return unescape(re.sub(r"<[^>]+>", "", re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)[1])).strip()


def words(text):
    """A page as it reads, without its markup."""
    return " ".join(unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL)).split())


def add_alert(app, rule="errors-high", title="Requests fail", state="firing", severity="critical", **more):
    """An alert that opened ten minutes ago; its id."""
    now = utc_now()
    values = {"thing": "", "measured": "The share of failed requests is 5.4%", "limit_words": "over 5% for 1 minute"}
    values |= {"since": now - 12 * MINUTE, "fired_at": now - 10 * MINUTE, "runbook": rule}
    with app.app_context():
        session = get_db_session()
        alert = StoredAlert(rule_id=rule, title=title, state=state, severity=severity, **values | more)
        session.add(alert)
        session.flush()
        session.add(StoredStep(alert_id=alert.id, at=alert.since, state="pending", note="It was 5.2%"))
        session.commit()
        return alert.id


def measure(app, name, seconds, outcome="2xx", times=1):
    """Requests of a few minutes ago, as a process of the site wrote them down."""
    began = time() - 180
    readings = [Reading(Family.REQUEST, name, outcome, seconds, began + number % 60) for number in range(times)]
    with app.app_context():
        get(PerformanceStore).add_flush("web-1", 17, utc_now(), packed(measured(readings)))
        get(Folding).fold()
