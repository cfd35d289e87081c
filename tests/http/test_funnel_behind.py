"""DASH-7: the numbers of a funnel lead to whom they count, in groups, and each row to the events of its visit."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from html import unescape
from io import StringIO
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.plugins import get
from tests.accounts import BROWSER
from tests.http.funnel_visits import HOME, LIST, VIDEO, asked, links, record_visits, show

PROGRAM = {"Accept": "application/json"}


@pytest.fixture
def visits(app):
    record_visits(app)


def test_every_number_of_the_page_lists_as_many(analyst, visits):
    page = show(analyst, f"{HOME}?{VIDEO}&breakdown=source&limit=1&compare=previous_period")
    numbers = re.findall(r'<a href="([^"]*/sessions[^"]*)" aria-label="[^"]*">−?([\d,]+)</a>', page)

    assert len(numbers) == 3 + 2 + 3 + 2 + 1 + 1
    for address, number in numbers:
        listed = show(analyst, unescape(address))
        rows = list(csv.DictReader(StringIO(analyst.get(links(listed, "sessions.csv")[0]).text)))
        assert f"<h1>{number} session" in listed
        assert len(rows) == int(number)


def test_a_list_is_paged_and_keeps_what_was_asked(analyst, visits):
    first = show(analyst, f"{LIST}?{VIDEO}&breakdown=source&group=nobody&step=2&outcome=dropped")
    assert "0 sessions reached “Video opened” but didn’t get to “Video part seen, 2”" in first
    assert "No one to show here" in first

    first = show(analyst, f"{LIST}?{VIDEO}&breakdown=source&step=1&period=7d")
    [further] = links(first, "page=2")
    second = show(analyst, further)
    assert [page.count('role="rowheader"') for page in (first, second)] == [50, 20]
    assert "Page 2 of 2" in second
    [back] = [href for href in links(second, f"{HOME}?") if "steps=" in href][:1]
    assert asked(back).asked == asked(f"{HOME}?{VIDEO}&breakdown=source").asked
    assert "period=7d" in back
    assert "Nothing on this page" in show(analyst, further.replace("page=2", "page=3"))


def test_a_list_says_how_far_and_how_long_and_names_nobody(analyst, visits):
    page = show(analyst, f"{LIST}?{VIDEO}&step=3&source=mail")

    assert "11 sessions reached “Video shared”" in page
    assert "Source is mail." in page
    assert page.count("3 of 3, Video shared") == 11
    assert (page.count(">2 min<"), page.count(">3 min<")) == (10, 1)
    assert not re.search(r">s\d+<|session_key", page)


@pytest.mark.parametrize(
    "query", ["step=0", "step=9", "step=x", "page=0", "outcome=lost", "group=a", "others=1", "start=soon", "window=x"]
)
def test_a_bar_that_is_none_is_refused(analyst, query):
    field = query.partition("=")[0].replace("group", "breakdown").replace("others", "breakdown")
    for path in (LIST, f"{LIST}.csv"):
        answer = analyst.get(f"{path}?{query}", headers=PROGRAM)

        assert answer.status_code == 422
        assert [error["field"] for error in answer.json["errors"]] == [field]


def group_rows(page):
    """The groups of a list: each one's name, number and address."""
    rows = re.findall(r'<li><(?:a href="([^"]*)"|div) class="behind__row">.*?</(?:a|div)></li>', page, re.DOTALL)
    names = re.findall(r'behind__name">([^<]*)</span><span class="num">([\d,]+)<', page)
    return [(unescape(name), int(number), unescape(href)) for (name, number), href in zip(names, rows, strict=True)]


def test_a_list_is_grouped_and_each_group_leads_to_its_own_list(analyst, visits):
    page = show(analyst, f"{LIST}?{VIDEO}&step=2&outcome=dropped")
    groups = group_rows(page)

    assert [(name, number) for name, number, _ in groups] == [("mail", 48), ("Unknown", 7), ("x<y", 3)]
    assert "80% of 60" in page
    assert "n &lt; 10 of 3" in page
    for _, number, address in groups:
        assert f"<h1>{number} sessions reached “Video opened” but didn’t get to" in show(analyst, address)
    [by_device] = list(links(page, "grouped_by=device"))
    assert [number for _, number, _ in group_rows(show(analyst, by_device))] == [58]


def test_groups_of_those_that_are_combined_lead_nowhere(analyst, visits):
    """Another filter would combine other groups."""
    page = show(analyst, f"{LIST}?{VIDEO}&breakdown=source&limit=1&others=1&step=1")

    assert group_rows(page) == [("Unknown", 7, ""), ("x<y", 3, "")]


def test_a_list_cannot_be_grouped_by_what_is_no_dimension_of_sessions(analyst):
    for dimension in ("shoes", "event_type"):
        answer = analyst.get(f"{LIST}?step=1&grouped_by={dimension}", headers=PROGRAM)

        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "grouped_by")


def test_a_row_leads_to_its_visit_with_its_events_in_order(analyst, visits):
    page = show(analyst, f"{LIST}?steps=video_opened,video_part_seen:2,advertisement_seen&step=3")
    [address] = links(page, f"{HOME}/visit/")
    visit = show(analyst, address)

    assert re.findall(r'visit__label">([^<]*)<', visit) == [
        "Opened the calculator",
        "Video opened",
        "Video part seen, 2",
        "Advertisement seen",
        "Video shared",
    ]
    assert re.findall(r"Step </span>(\d)<", visit) == ["1", "2", "3"]
    assert "<dt>Source</dt><dd>mail</dd>" in visit
    assert "1 of 1" in visit
    assert not re.search(r"visitor_id|user_id|>s0<", visit)


def test_visits_of_a_list_lead_to_those_beside_them_and_back(analyst, visits):
    first = links(show(analyst, f"{LIST}?{VIDEO}&step=1"), f"{HOME}/visit/")[0]
    page = show(analyst, first)
    assert "1 of 70" in page
    assert 'rel="prev"' not in page

    [following] = re.findall(r'rel="next" href="([^"]*)"', page)
    page = show(analyst, unescape(following))
    assert "2 of 70" in page
    [before] = re.findall(r'rel="prev" href="([^"]*)"', page)
    assert urlsplit(unescape(before)).path == urlsplit(first).path
    [back] = re.findall(r'class="link-back" href="([^"]*)"', page)
    assert first in links(show(analyst, unescape(back)))


def test_a_visit_is_found_where_it_moved_to_in_its_list_or_stands_alone(analyst, visits):
    address = links(show(analyst, f"{LIST}?{VIDEO}&step=1"), f"{HOME}/visit/")[3]

    assert "4 of 70" in show(analyst, address.replace("place=4", "place=20"))
    for alone in (address.replace("place=4", "place=60"), urlsplit(address).path):
        page = show(analyst, alone)
        assert "Video opened" in page
        assert "of 70" not in page


@pytest.mark.parametrize("visit", ["nothing", f"{1:016x}-1", f"{1:016x}-ffffffffffffff", "f" * 16 + "-1", "0-0"])
def test_a_visit_that_is_not_there_is_not_found(analyst, visit):
    assert analyst.get(f"{HOME}/visit/{visit}", headers=BROWSER).status_code == 404
    assert analyst.get(f"/api/analytics/dashboard/funnel/sessions/{visit}").status_code == 404


def test_what_senders_add_to_an_event_is_not_shown(app, analyst):
    data = as_json({"offer": "pro", "seconds": 75, "nickname": "Ada Lovelace"})
    with app.app_context():
        get(EventTracker).record([Event(uuid4(), "offer_seen", "s", None, datetime.now(UTC), data)])
    [address] = links(show(analyst, f"{LIST}?steps=offer_seen,b&period=today"), f"{HOME}/visit/")
    page = show(analyst, address)

    assert "<dt>Offer</dt><dd>pro</dd>" in page
    assert "<dt>Time taken</dt><dd>1 min 15 s</dd>" in page
    assert "Ada" not in page
