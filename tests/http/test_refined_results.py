"""Answers that refine a result are told by a further event of the same visit, so that dashboards know them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.analytics.lake.sync import LakeSync
from backend.assessments.job_impact.refinements import Refinements
from backend.clock import utc_now
from backend.database import get_db_session
from backend.errors import Unavailable
from backend.plugins import KEY, get
from tests.http.test_metrics import QUERY, analyst  # noqa: F401  (a fixture)
from tests.http.visiting import REPLIES

PEOPLE = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"}
OWN_PAGE = {**PEOPLE, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def seen(visitor):
    """A visitor whose browser told of the opening and of the result."""
    visitor.client.environ_base["HTTP_USER_AGENT"] = PEOPLE["User-Agent"]
    visitor.begin(session_id="visit")
    opening = {"session_id": "visit", "event_type": "ai_calculator_opened", "event_data": {"source": "mail"}}
    result = {"session_id": "visit", "event_type": "assessment_submitted", "event_data": {"job_title": "Nurses"}}
    for number, event in enumerate((opening, result)):
        at = (utc_now() - timedelta(minutes=5 - number)).isoformat()
        answer = visitor.client.post("/api/analytics/event", json=event | {"timestamp": at}, headers=OWN_PAGE)
        assert answer.status_code == 202
    return visitor


def refine(visitor, question, headers=None, **fields):
    page = visitor.get(visitor.result).text
    assert page.count('<input type="hidden" name="session_id" value="">') >= 3
    data = {"csrf_token": visitor.token(), **REPLIES[question], **fields}
    answer = visitor.client.post(f"{visitor.result}/{question}", data=data, headers=headers)
    assert answer.status_code == 303


def counted(analyst, *dimensions):  # noqa: F811
    today = f"{utc_now():%Y-%m-%d}"
    yesterday = f"{utc_now() - timedelta(days=1):%Y-%m-%d}"
    body = {"start": yesterday, "end": today, "tz": "UTC", "measures": ["sessions", "assessments"]}
    answer = analyst.post(QUERY, json=body | {"dimensions": list(dimensions)})
    assert answer.status_code == 200, answer.json
    return answer.json["data"]


def refined_events(app):
    with app.app_context():
        sql = "SELECT count(*) FROM analytics_events WHERE event_type = 'assessment_refined'"
        return get_db_session().scalar(text(sql))


def test_dashboards_know_the_answers_that_came_after_the_result(app, seen, analyst):  # noqa: F811
    refine(seen, "place", session_id="visit")
    refine(seen, "background", session_id="visit")
    with app.app_context():
        get(LakeSync).run()

    [row] = counted(analyst, "industry", "education", "source")
    assert row["industry"] == "Health Care and Social Assistance"
    assert (row["education"], row["source"]) == ("bachelors", "mail")
    assert (row["sessions"], row["assessments"]) == (1, 1)
    [level] = counted(analyst, "risk_level")
    assert level["risk_level"] in {"low", "medium", "high"}


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, {}),
        ({"session_id": ""}, {}),
        ({"session_id": "mingus-server-letters"}, {}),
        ({"session_id": "visit"}, {"Sec-GPC": "1"}),
        ({"session_id": "visit"}, {"DNT": "1"}),
    ],
)
def test_nothing_is_told_of_who_has_no_visit_or_asks_not_to_be_tracked(app, seen, fields, headers):
    refine(seen, "place", headers, **fields)

    assert refined_events(app) == 0


class FullIntake:
    """An intake with too many events waiting."""

    def take(self, *_: object) -> object:
        raise Unavailable("Too many events are waiting.")


def test_answers_are_kept_also_while_no_event_can_be_stored(app, seen, caplog):
    app.extensions[KEY].add_service(Refinements, lambda: Refinements(FullIntake(), utc_now))

    refine(seen, "place", session_id="visit")

    assert "Georgia" in seen.get(seen.result).text
    assert "The event of a refined result was not stored" in caplog.text
