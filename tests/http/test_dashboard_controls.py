"""DASH-6, DASH-7: the forms above the figures take what people call things, and offer what there is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest

from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.plugins import get
from tests.accounts import BROWSER

FUNNEL = "/funnel"
PLACES = ("", "/conversions", "/explore?measure=upgrades&by=source", FUNNEL)


@pytest.fixture
def visits(app):
    """Twenty sessions: twelve from Google to high exposure, five direct, three of which it is not known."""
    began = datetime.now(UTC) - timedelta(hours=1)
    events = []
    for number in range(20):
        source = {"source": "google" if number < 12 else "direct"}
        level = {"risk_level": "high", "education": "bachelors"} if number < 12 else {}
        way = [("ai_calculator_opened", source if number < 17 else {}), ("assessment_submitted", level)]
        events += [Event(uuid4(), name, f"s{number}", None, began, as_json(data)) for name, data in way]
    with app.app_context():
        get(EventTracker).record(events)


def show(client, path):
    answer = client.get(f"/analytics{path}", headers=BROWSER)
    assert answer.status_code == 200
    return answer.text


def led_to(client, path):
    """What stands in the address a form leads to."""
    answer = client.get(f"/analytics{path}", headers=BROWSER)
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.location).query, keep_blank_values=True)


def joined(path, query):
    return f"{path}{'&' if '?' in path else '?'}{query}"


def period_form(page):
    """What its fields hold when nothing is touched."""
    form = page.partition('aria-label="Another period"')[2].partition("</form>")[0]
    found = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', form))
    chosen = re.findall(r'<select[^>]* name="(\w+)".*?value="([^"]*)" selected', form, re.DOTALL)
    return found | dict(chosen)


@pytest.mark.parametrize("path", PLACES)
def test_a_period_stays_the_one_that_moves_until_its_days_are_changed(analyst, path):
    form = period_form(show(analyst, joined(path, "period=7d&source=mail")))
    address = path.partition("?")[0]

    kept = led_to(analyst, f"{address}?{urlencode(form | {'tz': 'Asia/Tokyo'})}")
    assert (kept["period"], kept["tz"], kept["source"]) == (["7d"], ["Asia/Tokyo"], ["mail"])
    assert "start" not in kept
    changed = led_to(analyst, f"{address}?{urlencode(form | {'start': '2026-01-02'})}")
    assert (changed["start"], changed["end"]) == (["2026-01-02"], [form["end"]])
    assert "period" not in changed


@pytest.mark.parametrize("path", PLACES)
def test_what_is_compared_with_is_asked_in_words(analyst, visits, path):
    page = show(analyst, path)

    assert re.search(r'<span class="field__label" id="compare-h">Compare with</span>\s*<nav[^>]*"compare-h">', page)


def test_one_form_sends_all_that_is_chosen_on_explore(analyst, visits):
    page = show(analyst, "/explore?measure=upgrades&by=source&period=7d")

    assert [len(re.findall(f'name="{name}"', page)) for name in ("measure", "by")] == [
        2,
        2,
    ]  # the field, and what the filter keeps
    form = period_form(page)
    assert (form["measure"], form["by"]) == ("upgrades", "source")
    led = led_to(analyst, f"/explore?{urlencode(form | {'measure': 'revenue', 'by': '', 'start': '2026-01-02'})}")
    assert (led["measure"], led["start"]) == (["revenue"], ["2026-01-02"])


@pytest.mark.parametrize("path", [*PLACES, "?field=source"])
def test_the_browsers_memory_does_not_contradict_the_page(analyst, visits, path):
    """Going back, Chromium fills fields with what was last typed there, unless it is told not to."""
    page = show(analyst, path)
    forms = re.findall(r'<form[^>]*method="get"[^>]*>', page)
    fields = re.findall(r'<select[^>]*>|<input class="input"[^>]*>', page.partition('id="views"')[0])

    assert len(forms) > 1
    assert [one for one in (*forms, *fields) if 'autocomplete="off"' not in one] == []


def test_the_form_of_the_funnel_says_which_events_a_number_takes(analyst):
    assert "matches only <code>seen</code> events whose <code>step</code> is 2" in show(analyst, FUNNEL)
