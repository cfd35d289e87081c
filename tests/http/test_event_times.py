"""Check 16: clocks are put right; events that cannot have happened when they say are kept apart, never lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select

from backend.analytics.events.clocks import Impossible
from backend.analytics.events.models import AnalyticsEvent, QuarantinedEvent
from backend.database import get_db_session
from tests.conftest import ON_SQLITE

URL = "/api/analytics/event"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOW, tick=False):
        yield


def event(timestamp=None, **given):
    said = {"event_type": "ai_calculator_opened", "session_id": "s-1", **given}
    return said if timestamp is None else {**said, "timestamp": timestamp.isoformat()}


def post(app, *events, sent_at=None, **headers):
    body = {"events": events} if sent_at is None else {"events": events, "sent_at": sent_at.isoformat()}
    return app.test_client().post(URL, json=body, headers={**OWN_PAGE, **headers})


def times(app):
    with app.app_context():
        return list(get_db_session().scalars(select(AnalyticsEvent.timestamp).order_by(AnalyticsEvent.timestamp)))


def quarantined(app):
    with app.app_context():
        return list(get_db_session().scalars(select(QuarantinedEvent).order_by(QuarantinedEvent.event_id)))


@ON_SQLITE
@pytest.mark.parametrize("wrong", [2 * DAY, -2 * DAY, 3 * MINUTE], ids=["ahead", "behind", "a little"])
def test_a_wrong_clock_is_put_right_by_when_it_says_the_request_left(any_app, wrong):
    answer = post(any_app, event(NOW + wrong - MINUTE), event(), sent_at=NOW + wrong)

    assert (answer.json["accepted"], answer.json["quarantined"]) == (2, [])
    assert times(any_app) == [NOW - MINUTE, NOW]


def test_what_was_held_back_offline_keeps_its_time(any_app):
    post(any_app, event(NOW - 2 * DAY), sent_at=NOW)

    assert times(any_app) == [NOW - 2 * DAY]


def test_impossible_times_are_kept_apart_with_their_place_and_reason(any_app):
    ids = sorted(str(uuid4()) for _ in range(2))
    far, long_ago = event(NOW + DAY, event_id=ids[0]), event(NOW - 8 * DAY, event_id=ids[1])

    answer = post(any_app, event(), {"surprise": 1}, far, event(NOW - MINUTE), long_ago)

    assert answer.status_code == 202
    assert (answer.json["accepted"], len(answer.json["rejected"])) == (2, 1)
    assert answer.json["quarantined"] == [{"index": 2, "reason": "ahead"}, {"index": 4, "reason": "stale"}]
    assert [(str(kept.event_id), kept.reason) for kept in quarantined(any_app)] == [
        (ids[0], "ahead"),
        (ids[1], "stale"),
    ]
    assert times(any_app) == [NOW - MINUTE, NOW]


def test_a_request_of_nothing_but_impossible_times_is_taken_and_again_and_kept_once(any_app):
    sent = [event(NOW + DAY, event_id=str(uuid4()))] * 2

    answers = [post(any_app, *sent) for _ in range(2)]

    assert {answer.status_code for answer in answers} == {202}
    assert {(answer.json["accepted"], len(answer.json["quarantined"])) for answer in answers} == {(0, 2)}
    assert len(quarantined(any_app)) == 1


def test_a_key_may_send_what_is_long_past(app, make_key):
    headers = {"Authorization": f"Bearer {make_key('events:write')}"}
    before = datetime(1999, 12, 31, 23, 59, tzinfo=UTC)

    answer = post(app, event(NOW - 3_000 * DAY), event(before), event(NOW + DAY), **headers)

    assert answer.json["accepted"] == 1
    assert [kept["reason"] for kept in answer.json["quarantined"]] == ["before_2000", "ahead"]
    assert [kept.sender["device"] for kept in quarantined(app)] == [None, None]


@pytest.mark.parametrize("extreme", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_the_calendar_break_nothing(any_app, extreme):
    said = {**event(), "timestamp": extreme}
    for sent_at in (extreme, NOW.isoformat()):
        answer = any_app.test_client().post(URL, json={"events": [said], "sent_at": sent_at}, headers=OWN_PAGE)
        assert answer.status_code == 202

    assert times(any_app) == [NOW]
    assert [Impossible(kept.reason).sentence for kept in quarantined(any_app)]


def test_nothing_is_acknowledged_that_could_not_be_kept(app):
    with app.app_context():
        QuarantinedEvent.__table__.drop(get_db_session().connection())
        get_db_session().commit()

    assert post(app, event(), event(NOW + DAY)).status_code == 503
    assert times(app) == []


def test_what_was_released_is_counted_in_its_place(any_app):
    identity = str(uuid4())
    post(any_app, event(NOW + DAY, event_id=identity))
    runner = any_app.test_cli_runner()

    runner.invoke(args=["events", "quarantine", "release", identity, "--timestamp", NOW.isoformat()])

    assert times(any_app) == [NOW]
    assert quarantined(any_app) == []
