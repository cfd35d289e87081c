"""CAP-4: robots are told from people by a well-kept list, and phones from desks."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.analytics.events.senders.bots import BotList
from backend.analytics.events.senders.devices import Device, device_of
from tests.servers import PROJECT

KNOWN = json.loads((PROJECT / "tests/data/user_agents.json").read_text())
PEOPLE = [(agent, device) for device, agents in KNOWN["browsers"].items() for agent in agents]
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
BOTS = BotList()


def test_no_person_is_taken_for_a_robot():
    assert [agent for agent, _device in PEOPLE if BOTS.is_bot(agent)] == []


def test_robots_that_name_themselves_are_known():
    missed = [agent for agent in KNOWN["robots"] if not BOTS.is_bot(agent)]

    assert len(missed) <= 0.01 * len(KNOWN["robots"]), missed


@pytest.mark.parametrize(
    ("agent", "brands", "webdriver"),
    [
        ("", "", False),
        (CHROME.replace("Chrome/", "HeadlessChrome/"), "", False),
        (CHROME, '"Chromium";v="142", "HeadlessChrome";v="142", "Not_A Brand";v="99"', False),
        (CHROME, '"Chromium";v="142", "Google Chrome";v="142"', True),
        ("curl/8.5.0", "", False),
        ("python-requests/2.32.3", "", False),
    ],
)
def test_silent_headless_and_driven_browsers_are_robots(agent, brands, webdriver):
    assert BOTS.is_bot(agent, brands, webdriver=webdriver)
    assert not BOTS.is_bot(CHROME, '"Chromium";v="142", "Google Chrome";v="142"')


def test_pythons_reading_of_the_patterns_is_javascripts():
    """`(?<! channel/|google/)google` and `[\\w\\d-.]` are what Python's own `re` refuses or reads otherwise."""
    agents = [f"Mozilla/5.0 (Linux) {text}" for text in ("google thing", "channel/google", "google/google")]

    assert [BOTS.is_bot(agent) for agent in agents] == [True, False, False]
    assert BOTS.is_bot("Mozilla/4.0 (compatible; MSIE-x/6.0)")


@pytest.mark.parametrize(("agent", "device"), PEOPLE, ids=lambda value: value[-40:])
def test_devices_are_what_their_visitors_held(agent, device):
    assert device_of(agent) == device


@pytest.mark.parametrize(
    ("agent", "mobile", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36", "?1", Device.MOBILE),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36", "?0", Device.DESKTOP),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/142.0.0.0", "", Device.DESKTOP),
        ("Mozilla/5.0 (Android 15; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0", "", Device.TABLET),
        ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "", Device.MOBILE),
        ("Mozilla/5.0 (Linux; Tizen 6.5; SMART-TV) AppleWebKit/537.36 Version/6.5 TV Safari/537.36", "", Device.OTHER),
        ("Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15", "", Device.OTHER),
        ("", "", Device.OTHER),
    ],
)
def test_devices_of_other_kinds(agent, mobile, device):
    assert device_of(agent, mobile) == device


@given(st.text())
@example("Mozilla/5.0 (" + "a 1.1 " * 10_000)
@example("a." * 50_000)
@example("Mozilla/5.0 (" + "a" * 100_000)
def test_no_user_agent_takes_long(agent):
    began = time.process_time()

    assert BOTS.is_bot(agent) in {True, False}
    assert device_of(agent) in set(Device)
    assert time.process_time() - began < 0.05
