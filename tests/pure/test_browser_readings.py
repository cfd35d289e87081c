"""What browsers measured becomes readings by page and device; what cannot be true does not."""

from __future__ import annotations

import json

import pytest

from backend.analytics.events.event import Sender
from backend.analytics.monitoring.browsers import BrowserReadings
from backend.analytics.monitoring.readings import Family, Readings

VITALS = {"page": "job", "navigation": "navigate", "fcp": 800.5, "lcp": 1900, "cls": 0.04, "inp": 120, "ttfb": 90}


def measured(*events, device="mobile", is_bot=False):
    readings = Readings()
    BrowserReadings(readings).take(
        [(name, json.dumps(data)) for name, data in events], Sender(device=device, is_bot=is_bot)
    )
    return {(reading.family, reading.name): reading.value for reading in readings.drain()}


def test_vitals_are_measured_by_page_and_device_in_seconds():
    assert measured(("web_vitals", VITALS)) == {
        (Family.VITAL, "LCP /jobs/<slug> phone"): pytest.approx(1.9),
        (Family.VITAL, "FCP /jobs/<slug> phone"): pytest.approx(0.8005),
        (Family.VITAL, "INP /jobs/<slug> phone"): pytest.approx(0.12),
        (Family.VITAL, "TTFB /jobs/<slug> phone"): pytest.approx(0.09),
        (Family.VITAL, "CLS /jobs/<slug> phone"): 0.04,
    }


def test_the_calculator_has_loaded_when_its_largest_element_shows():
    loaded = measured(("web_vitals", {"page": "home", "lcp": 2500}), ("web_vitals", {"page": "jobs", "lcp": 9000}))

    assert {name: value for (family, name), value in loaded.items() if family == Family.CALCULATOR_LOAD} == {"/": 2.5}


def test_the_time_of_a_step_is_measured_by_step_and_device():
    step = ("calculator_step_completed", {"step": 2, "seconds": 14.5})

    assert measured(step, device="desktop") == {(Family.STEP, "2 desktop"): 14.5}
    assert measured(("calculator_step_completed", {"step": 2, "seconds": None})) == {}


@pytest.mark.parametrize("value", [-1, 10**9, "900", True, None, [1], {"ms": 1}])
def test_a_value_that_cannot_be_true_is_left_out(value):
    assert measured(("web_vitals", {"page": "home", "lcp": value})) == {}


@pytest.mark.parametrize("page", ["made-up", "", None, 7, ["home"], {"a": 1}])
def test_nobody_can_make_up_names(page):
    assert measured(("web_vitals", {"page": page, "cls": 0}), device=None) == {(Family.VITAL, "CLS other other"): 0}


def test_steps_that_cannot_be_and_tabs_left_open_are_left_out():
    assert measured(("calculator_step_completed", {"step": 99, "seconds": 5})) == {}
    assert measured(("calculator_step_completed", {"step": 1, "seconds": 80_000})) == {}


def test_robots_and_other_events_are_left_out():
    assert measured(("web_vitals", VITALS), is_bot=True) == {}
    assert measured(("conversion_offer_viewed", {"offer": "x"})) == {}
