"""Events whose time is impossible are kept whole, and counted once somebody says when they happened."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from backend.analytics.events.clocks import Impossible, Receipt
from backend.analytics.events.event import Event, Sender, as_json
from backend.analytics.events.models import AnalyticsEvent, QuarantinedEvent
from backend.analytics.events.quarantine.misplaced import Misplaced, sift
from backend.analytics.events.quarantine.service import Quarantine
from backend.analytics.events.quarantine.store import QuarantineStore
from backend.database import get_db_session
from backend.errors import InvalidRequest, NotFound
from backend.plugins import get

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
NEXT_YEAR = datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
PHONE = Sender("v" * 22, "US", "US-CA", "mobile", is_bot=False)
DATA = {"source": "google", "extra": [1, 2.5, None, {"a": "ü"}], "long": 10**30}


def misplaced(number=1, timestamp=NEXT_YEAR, **given):
    said = {"event_type": "ai_calculator_opened", "session_id": "s-1", "user_id": "u-1", **given}
    return Misplaced(
        0, Impossible.AHEAD, Event(UUID(int=number), timestamp=timestamp, event_data=as_json(DATA), **said)
    )


@pytest.fixture
def session(any_app):
    with any_app.app_context():
        yield get_db_session()


@pytest.fixture
def quarantine(session):
    return get(Quarantine)


def ids(session):
    kept = {event_id.int for event_id in session.scalars(select(QuarantinedEvent.event_id))}
    session.rollback()
    return kept


@pytest.mark.parametrize("off", [timedelta(), timedelta(days=-2)], ids=["a right clock", "a wrong one"])
def test_what_cannot_have_happened_is_sifted_out_with_its_place(off):
    ages = [timedelta(days=1), timedelta(days=8), timedelta(hours=-1), timedelta(minutes=1)]
    events = [misplaced(n, NOW + off - age).event for n, age in enumerate(ages)]

    timely, impossible = sift(events, Receipt(NOW, NOW + off, from_browser=True), rejected={0, 2})

    assert [(event.event_id.int, event.timestamp) for event in timely] == [(0, NOW - ages[0]), (3, NOW - ages[3])]
    assert impossible == [Misplaced(3, Impossible.STALE, events[1]), Misplaced(4, Impossible.AHEAD, events[2])]


def test_times_are_told_in_utc():
    elsewhere = misplaced(timestamp=NOW.astimezone(timezone(timedelta(hours=-5)))).event

    [event], _ = sift([elsewhere], Receipt(NOW, None, from_browser=True))

    assert event.timestamp.tzinfo is UTC


def test_an_event_is_kept_whole_and_once(quarantine, session):
    quarantine.keep([misplaced(), misplaced()], PHONE, NOW)
    quarantine.keep([misplaced(), misplaced(2)], PHONE, None)

    kept = quarantine.get(UUID(int=1))
    assert (kept.reason, kept.sent_at) == ("ahead", NOW)
    assert kept.event == {
        "event_id": str(UUID(int=1)),
        "event_type": "ai_calculator_opened",
        "session_id": "s-1",
        "user_id": "u-1",
        "timestamp": NEXT_YEAR.isoformat().replace("+00:00", "Z"),
        "event_data": DATA,
    }
    assert kept.sender == {
        "visitor_id": "v" * 22, "country": "US", "region": "US-CA", "device": "mobile", "is_bot": False,
    }  # fmt: skip
    assert ids(session) == {1, 2}
    assert quarantine.count() == 2


def test_a_released_event_goes_the_way_of_all_others(quarantine, session):
    quarantine.keep([misplaced(), misplaced(2)], PHONE, NOW)

    assert quarantine.release(UUID(int=1), NOW).accepted == 1

    row = session.scalars(select(AnalyticsEvent)).one()
    assert (row.event_id, row.timestamp, row.session_id, row.user_id) == (UUID(int=1), NOW, "s-1", "u-1")
    assert (row.visitor_id, row.country, row.region, row.device, row.is_bot) == (
        "v" * 22,
        "US",
        "US-CA",
        "mobile",
        False,
    )
    assert row.event_data == DATA
    assert ids(session) == {2}


def test_without_a_timestamp_it_is_released_as_of_the_time_it_says_if_that_is_possible_by_now(quarantine, session):
    quarantine.keep([misplaced(1), misplaced(2, NOW - timedelta(days=8))], PHONE, None)

    with pytest.raises(InvalidRequest, match="timestamp: It is more than 5 minutes after"):
        quarantine.release(UUID(int=1))
    quarantine.release(UUID(int=2))

    assert session.scalars(select(AnalyticsEvent.timestamp)).all() == [NOW - timedelta(days=8)]
    assert ids(session) == {1}


def test_an_event_released_again_after_an_interruption_counts_once(quarantine, session):
    for _ in range(2):
        quarantine.keep([misplaced()], PHONE, None)
        quarantine.release(UUID(int=1), NOW)

    assert len(session.scalars(select(AnalyticsEvent)).all()) == 1
    assert ids(session) == set()


@pytest.mark.parametrize("name", ["get", "release", "drop"])
def test_what_is_not_there_is_said_not_to_be(quarantine, name):
    with pytest.raises(NotFound, match=r"No event .* is in quarantine"):
        getattr(quarantine, name)(UUID(int=9))


def test_it_is_kept_as_long_as_landing_rows(quarantine, session):
    store, kept_for = QuarantineStore(session), timedelta(days=30)
    store.add([misplaced(1)], PHONE, None, datetime.now(UTC) - kept_for)
    store.add([misplaced(2)], PHONE, None, datetime.now(UTC) - kept_for + timedelta(minutes=1))
    session.commit()

    assert quarantine.forget() == 1
    assert ids(session) == {2}


@pytest.mark.parametrize(
    "whose",
    [{"sessions": ["s-2"]}, {"users": ["u-2", "u-3"]}, {"visitors": ["w" * 22]}],
    ids=lambda whose: next(iter(whose)),
)
def test_whatever_a_person_sent_can_be_erased(quarantine, session, whose):
    quarantine.keep([misplaced(1)], PHONE, None)
    quarantine.keep([misplaced(2, session_id="s-2", user_id="u-2")], Sender("w" * 22), None)
    quarantine.keep([misplaced(3, user_id=None)], Sender(), None)

    assert QuarantineStore(session).erase(**whose) == 1
    session.commit()
    assert ids(session) == {1, 3}


def test_no_condition_erases_nothing(quarantine, session):
    quarantine.keep([misplaced()], PHONE, None)

    assert QuarantineStore(session).erase() == 0


@pytest.mark.parametrize("timestamp", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_the_ends_of_the_calendar_are_kept_as_they_came(quarantine, timestamp):
    quarantine.keep([misplaced(timestamp=timestamp)], PHONE, None)

    with pytest.raises(InvalidRequest):
        quarantine.release(UUID(int=1))


def test_an_operator_lists_shows_releases_and_drops(any_app, quarantine, session):
    quarantine.keep([misplaced(n) for n in (1, 2, 3)], PHONE, None)
    session.rollback()

    def flask(*words):
        return any_app.test_cli_runner().invoke(args=["events", "quarantine", *map(str, words)])

    listed = flask("list", "--limit", 2).output.splitlines()
    assert listed[0].startswith(f"{UUID(int=3)}  ahead ")
    assert listed[-1] == "2 of 3 events in quarantine."
    assert json.loads(flask("show", UUID(int=1)).output)["explanation"] == Impossible.AHEAD.sentence
    assert "5 minutes after" in flask("release", UUID(int=1)).output
    assert flask("release", UUID(int=1), "--timestamp", "2026-11-21T09:00").output == f"Released {UUID(int=1)}.\n"
    assert "must be an instant" in flask("release", UUID(int=2), "--timestamp", "noon").output
    assert flask("drop", UUID(int=2)).output == f"Dropped {UUID(int=2)}.\n"
    assert "is in quarantine" in flask("drop", uuid4()).output
    assert session.scalars(select(AnalyticsEvent.timestamp)).all() == [NOW]
    assert ids(session) == {3}
