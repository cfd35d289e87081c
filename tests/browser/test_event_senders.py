"""Who a real browser is taken for, and when its events are taken to have happened."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.tracking import open_any_page, stored, track, until
from tests.servers import CHROMIUM, CHROMIUM_ARGS

PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537"
UNDRIVEN = "--disable-blink-features=AutomationControlled"


def sender(instance):
    """Of the newest event: device, robot or not, visitor."""
    query = "SELECT device, is_bot, visitor_id FROM analytics_events ORDER BY id DESC LIMIT 1"
    with closing(sqlite3.connect(instance / "mingus.db")) as connection:
        return connection.execute(query).fetchone()


def track_one(page, instance):
    ids = track(page)
    until(page, lambda: stored(instance) == ids)


def test_a_headless_browser_is_a_robot(server, context, instance):
    track_one(open_any_page(context, server), instance)

    device, is_bot, visitor = sender(instance)
    assert (device, is_bot, len(visitor)) == ("desktop", 1, 22)


@pytest.fixture
def undriven(chromium):
    """A browser that does not tell its pages that a program drives it."""
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGS, UNDRIVEN])
    yield browser
    browser.close()


def test_a_browser_that_says_it_is_a_phone_is_a_person_with_one(server, undriven, instance):
    context = undriven.new_context(user_agent=PHONE, is_mobile=True)
    track_one(open_any_page(context, server), instance)

    device, is_bot, _ = sender(instance)
    assert (device, is_bot) == ("mobile", 0)


def test_a_driven_browser_is_a_robot_whatever_it_says(server, chromium, instance):
    context = chromium.new_context(user_agent=PHONE)
    track_one(open_any_page(context, server), instance)
    context.close()

    assert sender(instance)[1] == 1


@pytest.mark.parametrize("days", [2, -2])
def test_a_clock_that_is_days_off_is_put_right(server, context, instance, days):
    page = open_any_page(context, server)
    page.clock.set_system_time(datetime.now(UTC) + timedelta(days=days))
    before = datetime.now(UTC)
    track_one(page, instance)

    with closing(sqlite3.connect(instance / "mingus.db")) as connection:
        [(said,)] = connection.execute("SELECT timestamp FROM analytics_events").fetchall()
    happened = datetime.fromisoformat(said).replace(tzinfo=UTC)
    assert before - timedelta(seconds=2) <= happened <= datetime.now(UTC) + timedelta(seconds=2)
