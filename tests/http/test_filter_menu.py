"""DASH-6: the filter menu takes what people call things, offers what there is, and says in chips what a page keeps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest

from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.analytics.metrics.catalogue.filter_parameters import CONDITIONS
from backend.plugins import get
from tests.accounts import BROWSER

FUNNEL = "/funnel"
VALUES = "/analytics/values"
EXAMPLES = {
    name + suffix: value
    for name, value in {
        "country": "US",
        "region": "US-CA",
        "device": "mobile",
        "risk_level": "high",
        "occupation": "29-1141",
        "major_group": "29",
        "first_seen_week": "2026-11-16",
        "first_seen_month": "2026-11",
    }.items()
    for suffix in ("", "_not")
}
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


def choices(page):
    menu = page.partition('data-part="values"')[2].partition("data-part")[0]
    found = re.findall(r'value="([^"]*)"[^>]*?( checked)?><span>([^<]*)</span>(?:<span[^>]*>(\d+)<)?', menu)
    return [(unescape(value), unescape(name), count, bool(on)) for value, on, name, count in found]


def chips(page):
    return [unescape(text) for text in re.findall(r'class="chip__edit"[^>]*>([^<]*)<', page)]


def hrefs(page, name):
    return [unescape(href) for href in re.findall(rf'class="{name}[^"]*" href="([^"]*)"', page)]


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("country", "United States", "US"),
        ("country", "united states", "US"),
        ("country", "us", "US"),
        ("risk_level", "Higher exposure", "high"),
        ("risk_level", "HIGH", "high"),
        ("source", "Direct", "direct"),
        ("source", "Google", "google"),
        ("source", "unknown", ""),
        ("medium", "No medium", ""),
        ("education", "bachelor's degree", "bachelors"),
        ("occupation", "Registered nurses", "29-1141"),
        ("region", "texas", "TX"),
        ("source", "Nobody Knows", "Nobody Knows"),
    ],
)
def test_a_filter_is_typed_as_people_call_it(analyst, visits, field, typed, stored):
    assert led_to(analyst, f"?field={field}&typed={typed}")[field] == [stored]


@pytest.mark.parametrize("path", PLACES)
def test_values_are_chosen_from_those_there_are(analyst, visits, path):
    page = show(analyst, joined(path, "field=source"))

    assert choices(page) == [
        ("google", "google", "12", False),
        ("direct", "Direct", "5", False),
        ("", "Unknown", "3", False),
    ]
    assert 'id="filter" open' in page
    assert led_to(analyst, joined(path, "field=source&value=google&value=&typed=DIRECT"))["source"] == [
        "google",
        "",
        "direct",
    ]


def test_what_is_chosen_already_can_be_left_out_again(analyst, visits):
    page = show(analyst, "?source=direct&source=bing&risk_level=high&field=source")

    assert choices(page) == [
        ("google", "google", "12", False),
        ("direct", "Direct", "", True),
        ("bing", "bing", "", True),
    ]
    form = page.partition('aria-label="Filter"')[2].partition("</form>")[0]
    assert 'name="risk_level" value="high"' in form
    assert 'name="source"' not in form


def test_nothing_chosen_and_nothing_typed_offers_the_values_again(analyst, visits):
    assert len(choices(show(analyst, "?field=source&typed="))) == 3
    assert len(choices(show(analyst, "?field=source&op=contains&typed=&value=google"))) == 3


def test_what_nobody_has_gives_a_page_that_says_so(analyst, visits):
    address = analyst.get("/analytics?field=country&typed=germany", headers=BROWSER).location

    page = analyst.get(address, headers=BROWSER).text
    assert "No visits in this period with these filters" in page
    assert "Country is Germany" in page


@pytest.mark.parametrize(
    ("query", "stored"),
    [
        ("op=not&value=google&value=", {"source_not": ["google", ""]}),
        ("op=not&typed=DIRECT", {"source_not": ["direct"]}),
        ("op=contains&typed=oog&typed=&value=direct", {"source_contains": ["oog"]}),
        ("op=none", {"source": [""]}),
        ("op=any", {"source_not": [""]}),
        ("op=not&typed=mail&source_not=google", {"source_not": ["google", "mail"]}),
    ],
)
def test_a_form_compares_as_it_says(analyst, visits, query, stored):
    led = led_to(analyst, f"?field=source&{query}")

    assert {name: values for name, values in led.items() if name.startswith("source")} == stored


@pytest.mark.parametrize(
    ("query", "sessions"),
    [
        ("source=google", 12),
        ("source_not=google", 8),  # also those of which it is not known
        ("source_not=google&source_not=", 5),
        ("source_not=", 17),
        ("source=", 3),
        ("source_contains=OOG&source_contains=rec", 17),
        ("source_contains=o&source_not=google", 0),
        ("risk_level_not=HIGH", 8),
    ],
)
def test_filters_keep_what_their_chips_say(analyst, visits, query, sessions):
    page = show(analyst, f"?{query}")

    tile = page.partition('class="kpi__value')[2].partition("</")[0].rpartition(">")[2]
    assert tile == f"{sessions}" if sessions else "No visits in this period" in page


def test_chips_are_sentences_that_open_the_menu_and_go_one_by_one(analyst, visits):
    page = show(analyst, "?country=us&source_not=google&source_not=&job_title_contains=nurse&medium=&device_not=")

    assert chips(page) == [
        "Source is not google or none",
        "Medium is none",
        "Device is any",
        "Country is United States",
        "Job title contains nurse",
    ]
    edit, without, [clear] = hrefs(page, "chip__edit"), hrefs(page, "chip__x"), hrefs(page, "chip__clear")
    opened = show(analyst, edit[0].removeprefix("/analytics").partition("#")[0])
    assert [choice for choice in choices(opened) if choice[3]] == [
        ("google", "google", "", True),
        ("", "Unknown", "", True),
    ]
    assert 'value="not" autocomplete="off" checked' in opened
    assert chips(show(analyst, without[0].removeprefix("/analytics"))) == chips(page)[1:]
    assert chips(show(analyst, clear.removeprefix("/analytics"))) == []


def test_the_text_that_a_filter_contains_comes_back_to_be_changed(analyst, visits):
    menu = show(analyst, "?job_title_contains=nurse&field=job_title&op=contains").partition('data-part="typed"')[2]

    assert re.findall(r'name="typed" value="([^"]*)"', menu) == ["nurse"]


def test_text_is_not_looked_for_in_codes(analyst, visits):
    def offered(field):
        menu = show(analyst, f"?field={field}").partition('data-part="legend"')[2].partition("</fieldset>")[0]
        return re.findall(r"<label><input[^>]*><span>([^<]*)<", menu)

    assert offered("source") == ["is", "is not", "contains", "is none", "is any"]
    assert offered("country") == ["is", "is not", "is none", "is any"]


def found(client, query):
    answer = client.get(f"{VALUES}?{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    return [(value["value"], value["name"], value["sessions"]) for value in answer.json["data"]]


def test_values_are_searched_under_the_pages_other_filters(analyst, visits):
    everything = [("google", "google", 12), ("direct", "Direct", 5), ("", "Unknown", 3)]

    assert found(analyst, "field=source") == everything
    assert found(analyst, "field=source&source=google&source_contains=x") == everything
    assert found(analyst, "field=source&q=DIR") == [("direct", "Direct", 5)]
    assert found(analyst, "field=source&risk_level=high") == [("google", "google", 12)]
    assert found(analyst, "field=source&source_not=bing") == [*everything, ("bing", "bing", None)]
    assert found(analyst, "field=risk_level&q=higher") == [("high", "Higher exposure", 12)]
    assert found(analyst, "field=education&q=bachelor’s") == [("bachelors", "Bachelor’s degree", 12)]
    assert found(analyst, "field=source&q=%25") == []


def test_a_search_that_is_repeated_is_answered_by_its_tag(analyst, visits):
    first = analyst.get(f"{VALUES}?field=source", headers={"Accept": "application/json"})
    again = analyst.get(f"{VALUES}?field=source", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.mimetype, again.status_code) == ("application/json", 304)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "field"),
        ("field=shoes", "field"),
        ("field=source&q=%00", "q"),
        (f"field=source&q={'x' * 201}", "q"),
        ("field=source&shoes=1", "shoes"),
        ("field=source&start=soon", "start"),
        ("field=source&op=like", "op"),
        ("field=source&source_contains=", "source_contains"),
        ("field=source&country_not=XX", "country_not"),
        ("field=source&" + "&".join("medium=x" for _ in range(101)), "medium"),
    ],
)
def test_a_search_that_cannot_be_answered_names_what_is_wrong(analyst, query, field):
    answer = analyst.get(f"{VALUES}?{query}", headers={"Accept": "application/json"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_only_who_may_read_the_dashboards_searches_values(app):
    assert app.test_client().get(f"{VALUES}?field=source", headers={"Accept": "application/json"}).status_code == 401


def test_a_page_answers_with_every_filter_there_is(analyst, visits):
    every = {parameter: EXAMPLES.get(parameter, "x") for parameter in CONDITIONS}

    assert "with these filters" in show(analyst, f"/explore?measure=sessions&breakdown=source&{urlencode(every)}")


def test_a_wrong_name_leads_to_the_right_one_and_the_rest_lies_behind(analyst):
    page = analyst.get("/analytics?contry=US", headers=BROWSER).text
    summary = page.partition('id="problem"')[2].partition("</div>")[0]

    assert '<a href="#filter">There is no filter “contry”. Did you mean Country (country)?</a>' in summary
    assert "<summary>Filters you can use</summary>" in summary
    assert "<li>Exposure level <code>risk_level</code></li>" in summary
    assert "Filters you can use" not in analyst.get("/analytics?start=soon", headers=BROWSER).text
