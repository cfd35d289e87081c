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
PLACES = ("", "/conversions", "/explore?measure=upgrades&breakdown=source", FUNNEL)


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


def form_of(page, label):
    """What the fields of a form hold when nothing is touched."""
    form = page.partition(f'aria-label="{label}"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', form))
    chosen = re.findall(r'<select[^>]* name="(\w+)".*?value="([^"]*)" selected', form, re.DOTALL)
    return fields | dict(chosen)


@pytest.mark.parametrize("path", PLACES)
def test_a_period_stays_the_one_that_moves_until_its_days_are_changed(analyst, path):
    form = form_of(show(analyst, joined(path, "period=7d&source=mail&grain=hour")), "Custom dates")
    address = path.partition("?")[0]

    kept = led_to(analyst, f"{address}?{urlencode(form)}")
    assert (kept["period"], kept["source"]) == (["7d"], ["mail"])
    assert kept.keys().isdisjoint({"start", "grain"})
    changed = led_to(analyst, f"{address}?{urlencode(form | {'start': '2026-01-02'})}")
    assert (changed["start"], changed["end"]) == (["2026-01-02"], [form["end"]])
    assert "period" not in changed


@pytest.mark.parametrize("path", PLACES)
def test_the_bar_offers_what_to_compare_with_and_says_what_is_compared(analyst, visits, path):
    page = show(analyst, joined(path, "period=7d"))
    offered = page.partition('aria-label="Compare with"')[2].partition("</nav>")[0]

    assert re.findall(r"<a [^>]*>([^<]*)</a>", offered) == [
        "Previous 7 days",
        "Same days a year earlier",
        "No comparison",
    ]
    assert re.findall(r'aria-current="true">([^<]*)', offered) == ["Previous 7 days"]
    assert "compare=" not in re.findall(r'href="([^"]*)"', offered)[0]


def test_all_time_says_that_nothing_stands_before_it(analyst, visits):
    assert "All time has nothing before it to compare with." in show(analyst, "?period=all")


def test_points_are_offered_by_what_a_line_can_show(analyst, visits):
    offered = show(analyst, "?period=12mo").partition('aria-label="Points by"')[2].partition("</nav>")[0]

    assert re.findall(r"<a [^>]*>([^<]*)</a>", offered) == ["day", "week", "month"]
    assert "Points by" not in show(analyst, "/funnel?period=12mo")


def test_one_form_sends_all_that_is_chosen_on_explore(analyst, visits):
    page = show(analyst, "/explore?measure=upgrades&breakdown=source&period=7d")

    form = form_of(page, "What to show")
    assert (form["measure"], form["breakdown"], form["period"]) == ("upgrades", "source", "7d")
    custom = form_of(page, "Custom dates")
    assert (custom["measure"], custom["breakdown"]) == ("upgrades", "source")
    assert "amount asked to pay" in show(analyst, f"/explore?{urlencode(form | {'measure': 'revenue'})}").lower()


@pytest.mark.parametrize("path", [*PLACES, "?field=source"])
def test_the_browsers_memory_does_not_contradict_the_page(analyst, visits, path):
    """Going back, Chromium fills fields with what was last typed there, unless it is told not to."""
    page = show(analyst, path)
    forms = re.findall(r'<form[^>]*method="get"[^>]*>', page)
    fields = re.findall(r'<select[^>]*>|<input class="input"[^>]*>', page.partition('id="more"')[0])

    assert len(forms) > 1
    assert [one for one in (*forms, *fields) if 'autocomplete="off"' not in one] == []


def test_the_form_of_the_funnel_says_which_events_a_number_takes(analyst):
    assert "<code>seen:2</code> is a <code>seen</code> event whose <code>step</code> is 2." in show(analyst, FUNNEL)
