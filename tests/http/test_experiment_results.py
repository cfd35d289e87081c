"""EXP-4: results by the API, from exposures that the server recorded to the verdict."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.events.names import EventName
from backend.analytics.experiments.definition import ExperimentConfig, ExperimentUnit, Guardrail, TestType, Variant
from backend.analytics.experiments.service import Editor, ExperimentService
from backend.clock import utc_now
from backend.extensions import db
from backend.plugins import get
from tests.landing_rows import landing_row

ARMS = Variant("today", "As it is", 0.5), Variant("plus", "Plus", 0.5)
CONFIG = ExperimentConfig(
    "Offer test", TestType.CUSTOM, "More ask for it.", ExperimentUnit.VISITOR, ARMS, "plan_visitors", seed="",
    secondary=("revenue",), guardrails=(Guardrail("result_visitors", 0.2),),
)  # fmt: skip
NOTHING = dict.fromkeys(("visitor_id", "user_id", "country"), None)


@pytest.fixture
def key(make_key):
    return {"Authorization": f"Bearer {make_key('experiments:read')}"}


@pytest.fixture
def test_id(app):
    """An experiment with 240 visitors, of whom those with the new variant ask to pay three times as often."""
    with app.app_context():
        service, editor = get(ExperimentService), Editor("cli")
        drafted = service.create(CONFIG, editor, "we want to know")
        started = service.start(drafted.test_id, editor, "now").started_at
        rows = [row for number in range(240) for row in visit(drafted.test_id, number, started)]
        rows.append(exposure(drafted.test_id, 0, started + timedelta(milliseconds=2), "plus"))
        with db.engine.begin() as connection:
            connection.execute(sa.insert(AnalyticsEvent), [NOTHING | row for row in rows])
        return drafted.test_id


def exposure(test_id, number, at, variant):
    data = {"experiment": test_id, "phase": 1, "variant": variant, "unit": "visitor", "unit_key": "visitor_id"}
    return landing_row(
        session_id="mingus-server-experiments", event_type=EventName.EXPERIMENT_EXPOSED, timestamp=at,
        visitor_id=f"v{number}", country="US" if number % 3 else "IN",
        event_data=data | {"propensity": 0.5, "weights_version": 1},
    )  # fmt: skip


def visit(test_id, number, started):
    variant = ("today", "plus")[number % 2]
    yield exposure(test_id, number, started, variant)
    who = {"session_id": f"s{number}", "visitor_id": f"v{number}"}
    at = started + timedelta(milliseconds=1)
    yield landing_row(**who, event_type=EventName.ASSESSMENT_SUBMITTED, timestamp=at)
    if number % 20 < (6 if variant == "plus" else 2) or number % 20 == 19:
        paid = {"price_cents": 900, "currency": "USD"}
        yield landing_row(**who, event_type=EventName.UPGRADE_CLICKED, timestamp=at, event_data=paid)


def test_everything_that_the_page_shows_is_answered_with_what_it_is_made_of(client, key, test_id):
    answer = client.get(f"/api/analytics/ab-testing/{test_id}/results?breakdown=country", headers=key)
    data = answer.json["data"]
    today, plus = data["primary"]["arms"]
    [difference] = data["primary"]["differences"]

    assert answer.status_code == 200
    assert (today["variant"], today["n"], plus["n"]) == ("today", 119, 120)  # one saw both
    assert data["left_out"]["crossed"] == 1
    assert plus["sample"] == {"n": 120, "successes": plus["conversions"]}
    assert plus["value"] == pytest.approx(plus["conversions"] / 120)
    assert difference["difference"]["estimate"] == pytest.approx(plus["value"] - today["value"])
    assert data["secondary"][0]["arms"][1]["sample"]["total"] == 900 * plus["conversions"]
    assert data["guardrails"][0]["differences"][0]["guardrail"] == "undecided"
    assert data["verdict"]["kind"] == "keep_running"
    assert {reason["code"] for reason in data["verdict"]["missing"]} >= {"too_few_days", "too_few_units"}
    assert {check["check"]: check["state"] for check in data["health"]}["split"] == "passed"
    assert data["allocation"][0]["units"] == {"today": 119, "plus": 120}
    assert sum(arm["n"] for segment in data["segments"] for arm in segment["result"]["arms"]) == 239
    assert answer.json["meta"]["as_of"] <= (utc_now() + timedelta(minutes=1)).isoformat()


def test_the_numbers_of_a_stopped_test_never_change_again(app, client, key, test_id):
    address = f"/api/analytics/ab-testing/{test_id}/results"
    with app.app_context():
        stopped = get(ExperimentService).stop(test_id, Editor("cli"), "enough").stopped_at
    before = client.get(address, headers=key).json["data"]
    with app.app_context(), db.engine.begin() as connection:
        late = [exposure(test_id, 900, stopped + timedelta(microseconds=1), "plus")]
        late.append(
            landing_row(session_id="s1", visitor_id="v1", event_type=EventName.UPGRADE_CLICKED, timestamp=stopped)
        )
        connection.execute(sa.insert(AnalyticsEvent), [NOTHING | row for row in late])

    after = client.get(address, headers=key).json["data"]

    assert after["left_out"].pop("after_stop") == 1
    assert before["left_out"].pop("after_stop") == 0
    assert after == before


def test_what_cannot_be_asked_is_refused_with_every_reason(client, key, test_id):
    address = f"/api/analytics/ab-testing/{test_id}/results"
    refused = client.get(f"{address}?measure=visitors&breakdown=source", headers=key)

    assert refused.status_code == 422
    assert {error["field"] for error in refused.json["errors"]} == {"measure", "breakdown"}
    assert client.get("/api/analytics/ab-testing/nothing/results", headers=key).status_code == 404
    assert client.get(address).status_code == 401
