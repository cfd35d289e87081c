"""How a sign-in ends: at sign-out, at the next sign-in, with age; for copies of its cookie too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from backend.accounts.models import SignIn
from backend.database import get_db_session
from tests.http.signing_in import BROWSER, HOME, sign_in, token


@pytest.fixture
def signed_in(client, make_key):
    sign_in(client, make_key("dashboards:read"))
    return client


def copied_cookie(app, client):
    """Another browser that holds a copy of this one's cookie."""
    copy = app.test_client()
    copy.set_cookie("mingus", client.get_cookie("mingus").value)
    return copy


def test_a_cookie_copied_before_signing_out_opens_nothing_after(app, signed_in):
    copy = copied_cookie(app, signed_in)
    assert copy.get(HOME, headers=BROWSER).status_code == 200

    signed_in.post("/analytics/sign-out", data={"csrf_token": token(signed_in, HOME)})

    assert copy.get(HOME, headers=BROWSER).status_code == 303
    assert copy.get("/api/analytics/dashboard/funnel").status_code == 401


def test_signing_in_again_ends_the_earlier_sign_in(app, signed_in, make_key):
    copy = copied_cookie(app, signed_in)
    form = {"csrf_token": token(signed_in, HOME), "api_key": make_key("dashboards:read")}

    signed_in.post("/analytics/sign-in", data=form)

    assert copy.get(HOME, headers=BROWSER).status_code == 303
    assert signed_in.get(HOME, headers=BROWSER).status_code == 200


@pytest.mark.parametrize(("age", "status"), [(timedelta(hours=11, minutes=59), 200), (timedelta(hours=12), 303)])
def test_a_sign_in_lasts_twelve_hours(app, signed_in, age, status):
    with app.app_context():
        get_db_session().execute(update(SignIn).values(created_at=datetime.now(UTC) - age))
        get_db_session().commit()

    assert signed_in.get(HOME, headers=BROWSER).status_code == status


def test_the_database_holds_no_token_that_a_browser_could_send(app, signed_in):
    with signed_in.session_transaction() as cookie:
        sent = cookie["sign_in"]

    with app.app_context():
        digest = get_db_session().scalars(select(SignIn.digest)).one()

    assert len(digest) == 64
    assert sent not in digest


def test_a_sign_in_that_is_over_is_forgotten_at_the_next(app, signed_in, make_key):
    with app.app_context():
        get_db_session().execute(update(SignIn).values(created_at=datetime.now(UTC) - timedelta(days=1)))
        get_db_session().commit()

    sign_in(app.test_client(), make_key("dashboards:read"))

    with app.app_context():
        assert len(get_db_session().scalars(select(SignIn)).all()) == 1
