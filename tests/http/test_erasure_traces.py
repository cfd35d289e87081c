"""Check 35, from the outside: a person uses everything there is, leaves, and is found nowhere."""

from __future__ import annotations

import logging
from io import StringIO

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from app.logs import json_lines
from backend.accounts.permissions import Role
from backend.analytics.lake.sync import LakeSync
from backend.audit.models import AuditEntry
from backend.clock import utc_now
from backend.database import get_db_session
from backend.jobs.models import Job
from backend.jobs.service import Jobs
from backend.plugins import get
from tests.accounts import PASSWORD, form_token, make_account, sign_in_by_form
from tests.canary import CANARY, places_with
from tests.conftest import close, make_app, make_settings

EMAIL = f"{CANARY}@example.com"
LIMITS = dict.fromkeys(("RATE_LIMIT_ANONYMOUS", "RATE_LIMIT_EVENTS"), "1000/minute")


@pytest.fixture
def app(tmp_path, postgresql_url, redis_url):
    urls = {"DATABASE_URL": SecretStr(postgresql_url), "REDIS_URL": SecretStr(redis_url)}
    app = make_app(make_settings(tmp_path, LOG_LEVEL="INFO", **LIMITS, **urls))
    yield app
    close(app)


@pytest.fixture
def log(app):
    """Every line that is logged, as it is written."""
    handler = logging.StreamHandler(StringIO())
    handler.setFormatter(json_lines())
    logging.getLogger().addHandler(handler)
    yield handler.stream
    logging.getLogger().removeHandler(handler)


def work(app):
    """What background work does sooner or later."""
    with app.app_context():
        get(LakeSync).run()
        get_db_session().execute(sa.update(Job).values(due_at=utc_now()))
        get_db_session().commit()
        get(Jobs).run_due()


def use_everything(client):
    def post(path, **form):
        return client.post(path, data={"csrf_token": form_token(client, path), **form})

    assert post("/privacy", choice="accepted").status_code == 303
    event = {"event_type": "button_pressed", "session_id": CANARY, "event_data": {"said": CANARY}}
    sent = client.post("/api/analytics/event", json=[event], headers={"Sec-Fetch-Site": "same-origin"})
    assert sent.json["accepted"] == 1
    assert CANARY in post("/account/export", form="json").text
    return post


def test_whoever_leaves_is_found_nowhere(app, tmp_path, log):
    account, client = make_account(app, Role.MEMBER, email=EMAIL), app.test_client()
    sign_in_by_form(client, account)
    post = use_everything(client)
    work(app)
    assert len(places_with(app, tmp_path)) >= 2

    assert post("/account/delete", password=PASSWORD).status_code == 303
    work(app)

    found = places_with(app, tmp_path)
    lines = log.getvalue()
    assert found == []
    assert lines.count('"rule"') > 5
    assert CANARY not in lines
    with app.app_context():
        actions = get_db_session().scalars(sa.select(AuditEntry.action)).all()
    assert {"data.exported", "erasure.begun", "erasure.finished"} <= set(actions)
    assert account.public_id not in (tmp_path / "erasures.ledger").read_text()
