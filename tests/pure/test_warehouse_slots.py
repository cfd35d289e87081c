"""Slots at the lake: a few take one, a few wait for one, the others are refused at once."""

from __future__ import annotations

import threading
from queue import Queue

import pytest

from app.wiring.warehouse import warehouse_slots
from backend.analytics.warehouse.slots import Slot, Slots
from config.settings import Settings

LONG = 60.0


def acquire_in_threads(slots, number):
    """How it went for each of so many who come at once, in the order they were answered."""
    answers = Queue()
    for _ in range(number):
        threading.Thread(target=lambda: answers.put(slots.acquire()), daemon=True).start()
    return answers


def test_who_finds_no_free_slot_waits_for_one_and_who_finds_too_many_waiting_is_refused_at_once():
    slots = Slots(2, 1, patience=LONG)
    assert slots.acquire()
    assert slots.acquire()

    answers = acquire_in_threads(slots, 3)
    assert [answers.get(timeout=LONG) for _ in range(2)] == [False, False]
    slots.release()
    assert answers.get(timeout=LONG)


def test_who_waits_in_vain_is_refused_and_waits_no_longer():
    slots = Slots(1, 1, patience=0.01)
    assert slots.acquire()

    assert [slots.acquire() for _ in range(2)] == [False, False]
    slots.release()
    assert slots.acquire()


def test_a_request_keeps_its_slot_for_all_its_questions_and_leaves_it_once():
    slots = Slots(1, 0)
    mine, other = Slot(slots), Slot(slots)
    assert mine.acquire()
    assert mine.acquire()
    assert not other.acquire()

    mine.release()
    mine.release()
    other.release()
    assert other.acquire()


@pytest.mark.parametrize(
    ("settings", "number", "waiting"),
    [
        ({}, 2, 1),
        ({"LIVE_STREAMS": 0}, 2, 2),
        ({"DASHBOARDS_AT_ONCE": 64}, 3, 0),
        ({"WEB_THREADS": 1}, 1, 0),
        ({"WEB_THREADS": 2}, 1, 0),
        ({"WEB_THREADS": 16}, 2, 2),
    ],
)
def test_a_thread_is_left_for_what_asks_no_lake(settings, number, waiting):
    slots = warehouse_slots(Settings.model_construct(**settings))
    assert all(slots.acquire() for _ in range(number))

    refused = acquire_in_threads(slots, waiting + 1)
    assert not refused.get(timeout=LONG)
    for _ in range(waiting):
        slots.release()
    assert all(refused.get(timeout=LONG) for _ in range(waiting))
