"""Subscribers of the live view: all see one look, their number is limited, and so is their time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, islice
from threading import Event

import pytest

from backend.analytics.metrics.live import feed as feed_module
from backend.analytics.metrics.live.feed import LiveFeed, SubscriberLimits, TooManySubscribers
from backend.analytics.warehouse.service import WarehouseUnavailable


@dataclass(frozen=True)
class State:
    key: str


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(feed_module, "TICK", 0.01)


def always():
    return True


def feed(look=None, subscribers=2, seconds=60, is_ending=lambda: False):
    numbers = count()
    return LiveFeed(look or (lambda: State(str(next(numbers)))), SubscriberLimits(subscribers, seconds), is_ending)


def test_whoever_asks_while_somebody_looks_gets_what_that_one_sees(monkeypatch):
    monkeypatch.setattr(feed_module, "TICK", 60)
    looks, begun = count(), Event()

    def look():
        begun.wait(5)
        return State(str(next(looks)))

    shared = feed(look)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(shared.latest) for _ in range(8)]
        begun.set()
        assert {answer.result().key for answer in asked} == {"0"}


def test_the_number_of_subscribers_is_limited_and_a_subscription_ends_once():
    shared = feed(subscribers=2)
    first, _second = shared.subscribe(), shared.subscribe()
    with pytest.raises(TooManySubscribers):
        shared.subscribe()

    first.end()
    first.end()

    shared.subscribe()
    with pytest.raises(TooManySubscribers):
        shared.subscribe()


def test_where_no_subscriber_is_allowed_nobody_subscribes():
    with pytest.raises(TooManySubscribers):
        feed(subscribers=0).subscribe()


def test_each_state_is_told_once_and_one_that_was_seen_not_at_all():
    states = iter(["a", "a", "b", "b", "b", "c"])
    updates = feed(lambda: State(next(states))).updates("a", always)

    assert [state.key for state in islice(updates, 2)] == ["b", "c"]


def test_where_nothing_changes_that_is_said_now_and_then(monkeypatch):
    monkeypatch.setattr(feed_module, "QUIET", 0.03)

    assert next(feed(lambda: State("a")).updates("a", always)) is None


@pytest.mark.parametrize("end", ["time", "process", "access"])
def test_a_subscription_ends(end):
    shared = feed(seconds=0 if end == "time" else 60, is_ending=lambda: end == "process")

    assert len(list(shared.updates("", lambda: end != "access"))) == 1


def test_a_subscription_ends_where_the_lake_cannot_be_asked():
    def look():
        raise WarehouseUnavailable

    assert list(feed(look).updates("", always)) == []
