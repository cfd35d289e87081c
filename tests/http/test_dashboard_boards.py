"""DASH-2, DASH-4..7 as pages: what stands in the address is what is counted, and bars lead on."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO
from uuid import uuid4

import pytest

from backend.accounts.permissions import Role
from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.analytics.figures.quantity import Quantity
from backend.analytics.figures.tiles import TileValue, tile
from backend.analytics.lake.delta import Lake
from backend.analytics.lake.sync import LakeSync
from backend.dashboards.addresses import BASE
from backend.dashboards.pages import BOARD_PAGES
from backend.plugins import get
from tests.accounts import BROWSER, make_account, signed_in

PAGES = tuple(page.path.removeprefix(BASE) for page in BOARD_PAGES)


@pytest.fixture
def visits(app):
    """Twenty sessions of yesterday, twelve from a newsletter; all see the result, five ask to pay."""
    began = datetime.now(UTC) - timedelta(days=1)
    events = []
    for number in range(20):
        submitted = {"job_title": "Nurse", "occupation": "29-1141", "risk_level": "low", "education": "bachelors"}
        way = [
            ("ai_calculator_opened", {"source": "newsletter" if number < 12 else "direct", "browser": "Firefox"}),
            ("assessment_submitted", submitted),
            ("paid_upgrade_clicked", {"price_cents": 2_900}),
        ]
        for name, data in way[: 3 if number < 5 else 2]:
            events.append(Event(uuid4(), name, f"s{number}", None, began, as_json(data)))
    with app.app_context():
        get(EventTracker).record(events)


def this_week():
    """Seven days up to and with today, in an address."""
    today = datetime.now(UTC).date()
    return f"start={today - timedelta(days=6)}&end={today}&tz=UTC"


def show(client, path, status=200):
    answer = client.get(f"/analytics{path}", headers=BROWSER)
    assert answer.status_code == status
    return answer.text


def figures(page):
    """What the page draws."""
    return [json.loads(part) for part in re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)]


def values(page):
    return dict(re.findall(r'kpi__label">(?:<a[^>]*>)?([^<]*)<.*?kpi__value">([^<]*)<', page, re.DOTALL))


def rows(page, name):
    """The rows of a list of the overview: name, count, share and change."""
    card = page[page.index(f'<section class="card" id="{name}"') :].partition("</section>")[0]
    texts = (re.sub(r"<[^>]*>", "|", row) for row in re.findall(r'<a class="list__row".*?</a>', card, re.DOTALL))
    return [[unescape(text.strip()) for text in row.split("|") if text.strip()] for row in texts]


def links(page):
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', page)]


@pytest.mark.parametrize("path", PAGES)
def test_each_page_needs_a_reader_of_dashboards(app, client, path):
    assert client.get(f"/analytics{path}", headers=BROWSER).status_code in (302, 303)
    member = signed_in(app.test_client(), make_account(app, Role.MEMBER))
    assert member.get(f"/analytics{path}", headers=BROWSER).status_code == 403


def test_the_overview_says_how_it_goes(analyst, visits):
    page = show(analyst, "")

    assert values(page) == {
        "Sessions": "20",
        "Visitors": "20",
        "Saw the result": "100.0%",
        "Asked to pay": "5",
        "Bounce": "0.0%",
        "Visit time": "0 s",
    }
    assert "20 results. Nothing is charged." in page
    assert [figure["n"] for figure in figures(page)] == [20]
    assert rows(page, "sources") == [["newsletter", "12", "60%"], ["Direct", "8", "40%"]]
    assert rows(page, "way")[0] == ["Opened the calculator", "20", "100%"]


def test_a_list_shows_the_dimension_that_its_tab_leads_to(analyst, visits):
    page = show(analyst, "?compare=none")
    [browser] = [href for href in links(page) if "devices=browser" in href]
    chosen = show(analyst, browser.removeprefix("/analytics"))

    assert rows(page, "devices") == [["Unknown", "20", "100%"]]
    assert rows(chosen, "devices") == [["Firefox", "20", "100%"]]
    assert rows(chosen, "pages") == [["Not recorded", "20", "100%"]]
    assert any("devices=browser" in href and "sources=medium" in href for href in links(chosen))


def test_a_list_is_ordered_by_what_changed_most_on_request(app, analyst, visits):
    long_ago = datetime.now(UTC) - timedelta(days=10)
    earlier = [
        Event(uuid4(), "ai_calculator_opened", f"e{n}", None, long_ago, as_json({"source": "newsletter"}))
        for n in range(11)
    ]
    with app.app_context():
        get(EventTracker).record(earlier)

    by_count, by_change = (rows(show(analyst, f"?period=7d&order={order}"), "sources") for order in ("count", "change"))

    assert by_count == [["newsletter", "12", "60%", "+9%"], ["Direct", "8", "40%", "new"]]
    assert by_change == by_count[::-1]


@pytest.mark.parametrize(("before", "said"), [(17, "within noise, from 17"), (200, "from 200")])
def test_a_tile_says_from_what_it_changed_also_within_noise(app, before, said):
    made = tile("Sessions", Quantity("sessions"), TileValue(20, 20), TileValue(before, before))

    shown = app.jinja_env.get_template("dashboards/tiles.html").module.tile(made)

    [words] = re.findall(r'class="muted">(.*)</span>', shown)
    assert re.sub("<[^>]*>", "", words) == said


@pytest.mark.parametrize("path", PAGES)
def test_filters_stand_in_the_address_and_hold_for_every_number(analyst, visits, path):
    page = show(analyst, f"{path}?source=newsletter")

    assert "Source is newsletter" in page
    assert all(figure["n"] in (12, 5, 0) for figure in figures(page))
    assert any("source=newsletter" in href and "period=7d" in href for href in links(page))


def test_a_bar_leads_to_the_same_page_about_its_value(analyst, visits):
    page = show(analyst, f"?{this_week()}&compare=previous_year")
    [href] = {href for href in links(page) if "source=newsletter" in href}

    assert "compare=previous_year" in href
    assert values(analyst.get(href, headers=BROWSER).text)["Sessions"] == "12"


def test_the_other_pages_are_asked_the_same(analyst, visits):
    page = show(analyst, "?source=newsletter&tz=Asia/Tokyo&period=7d&compare=previous_year&measure=upgrades")
    nav = page[page.index('aria-label="Analytics"') :].partition("</nav>")[0]

    for path in ("funnel", "revenue", "explore"):
        [href] = [unescape(href) for href in re.findall(r'href="([^"]*)"', nav) if f"/analytics/{path}" in href]
        assert {"source=newsletter", "tz=Asia/Tokyo", "period=7d", "compare=previous_year"} == set(
            href.partition("?")[2].split("&")
        )
    assert 'href="/analytics/funnel"' in show(analyst, "")


def test_a_form_adds_a_filter_to_those_there_are(analyst, visits):
    answer = analyst.get("/analytics?risk_level=low&field=source&value=newsletter", headers=BROWSER)

    assert answer.status_code == 302
    assert "field=" not in answer.location
    assert values(analyst.get(answer.location, headers=BROWSER).text)["Sessions"] == "12"


def test_rates_are_broken_down_by_what_the_page_is_asked(analyst, visits):
    by_level = show(analyst, "/conversions")
    by_source = show(analyst, "/conversions?breakdown=source")

    assert "Lower exposure" in by_level
    assert "newsletter" in by_source
    assert 'aria-current="true">Source<' in by_source
    assert "n &lt; 10" in by_source  # eight came directly
    assert "n = 20 visitors with a result; 5 visitors who then asked for a plan" in by_level
    assert '<th scope="col" class="num">Visitors who then asked for a plan</th>' in by_level


def test_codes_are_called_by_their_names(analyst, visits):
    assert "Registered nurses" in show(analyst, "/popular?breakdown=occupation")
    assert "Bachelor’s degree" in show(analyst, "/popular?breakdown=education")


def test_the_rows_of_each_chart_are_there_as_csv(analyst, visits):
    [href] = {
        href
        for href in links(show(analyst, "/conversions?breakdown=source"))
        if "table.csv" in href and "breakdown=source" in href
    }
    rows = list(csv.DictReader(StringIO(analyst.get(href).text)))

    assert {row["source"]: (row["result_visitors"], row["plan_visitors"]) for row in rows} == {
        "newsletter": ("12", "5"),
        "direct": ("8", "0"),
    }


def test_revenue_is_credited_to_sources_by_the_model_that_is_chosen(analyst, visits):
    page = show(analyst, "/revenue?model=first")

    assert "Top source by credited amount: newsletter, $145 of $145 (100%)" in page
    assert 'aria-current="true">First visit<' in page
    [href] = {href for href in links(page) if "model=first" in href and "format=csv" in href}
    assert "newsletter,14500" in analyst.get(href).text


def test_a_credited_source_leads_to_its_own_visits_and_the_page_says_so(analyst, visits):
    by_source, by_campaign = (show(analyst, f"/revenue?model=first&breakdown={by}") for by in ("source", "campaign"))
    said = "A bar opens the visits that came from that source."

    assert said in by_source
    assert any("source=newsletter" in href and "model=first" in href for href in links(by_source))
    assert said not in by_campaign


def test_credit_goes_to_channels_of_another_kind_by_visits_of_as_many_days(analyst, visits):
    page = show(analyst, "/revenue?model=linear&breakdown=source_medium&lookback_days=7")

    assert "Top source and medium by credited amount: newsletter / (none), $145 of $145 (100%)" in page
    assert "Every visit gets equal credit." in page
    assert all(f'aria-current="true">{chosen}<' in page for chosen in ("Linear", "Source and medium", "7 days"))
    [href] = {href for href in links(page) if "lookback_days=7" in href and "format=csv" in href}
    assert "newsletter / (none),14500" in analyst.get(href).text


def test_the_overview_shows_how_far_sessions_came_and_who_is_behind_a_bar(analyst, visits):
    page = show(analyst, "?source=newsletter&measure=upgrades")

    assert [rows(page, "way")[place] for place in (0, -1)] == [
        ["Opened the calculator", "12", "100%"],
        ["Asked to pay", "0", "0%"],
    ]
    behind = next(href for href in links(page) if "/funnel/sessions" in href and "step=1&" in href)
    assert "12" in show(analyst, behind.removeprefix("/analytics"))
    assert "in progress" in page


def test_the_largest_parts_are_shown_over_time(analyst, visits):
    page = show(analyst, f"/explore?measure=sessions&breakdown=source&{this_week()}")
    several = next(
        figure for figure in figures(page) if len(figure["legend"]) == 2 and figure["title"].startswith("Most")
    )

    assert several["title"] == "Most sessions: newsletter, 12"
    assert [key["label"] for key in several["legend"]] == ["newsletter, 12", "Direct, 8"]
    href = next(
        href for href in links(page) if "table.csv" in href and "breakdown=source" in href and "grain=day" in href
    )
    rows = list(csv.DictReader(StringIO(show(analyst, href.removeprefix("/analytics")))))
    assert sum(int(row["sessions"]) for row in rows if row["source"] == "newsletter") == 12


def test_any_measure_is_shown_by_anything(analyst, visits):
    page = show(analyst, "/explore?measure=revenue&breakdown=source")

    assert [figure["n"] for figure in figures(page)] == [5, 5, 5]
    assert "$145" in page


def test_nothing_yet_says_why_and_what_to_do(analyst):
    assert "No visits in this period" in show(analyst, "/conversions")
    filtered = show(analyst, "/conversions?source=newsletter")
    assert "with these filters" in filtered
    assert "Remove the filters" in filtered


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("start=soon", "Enter the first day as year, month and day"),
        ("compare=never", "Compare with the previous period, the previous year, or nothing."),
        ("field=shoe_size", "Choose a filter from the list."),
        (f"source={'x' * 201}", "up to 200 characters"),
        ("source=a%00b", "printable text only"),
        ("state=CA", "There is no filter “state”. Did you mean State or region (region)?"),
        ("contry=US", "There is no filter “contry”. Did you mean Country (country)?"),
    ],
)
@pytest.mark.parametrize("path", [*PAGES, "/funnel"])
def test_what_cannot_be_asked_comes_back_to_be_mended(analyst, path, query, words):
    page = show(analyst, f"{path}?{query}", 422)

    assert "<title>Error: " in page
    assert words in page


@pytest.mark.parametrize("query", ["measures=shoes", "measures=sessions&grain=blink", "measures=sessions&state=CA"])
def test_a_table_of_nonsense_is_refused(analyst, query):
    answer = analyst.get(f"/analytics/table.csv?{query}", headers={"Accept": "application/json"})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("?measure=shoes", "There is no measure “shoes”."),
        ("/conversions?breakdown=job_title", "There is no breakdown “job_title”."),
        ("/revenue?model=zz&breakdown=zz&lookback_days=31", "There is no lookback days “31”."),
        ("/explore?measure=sessions&breakdown=state", "There is no breakdown “state”."),
    ],
)
def test_a_choice_that_a_page_has_not_is_told_and_the_filters_stay_for_other_pages(analyst, path, words):
    page = show(analyst, f"{path}&source=mail", 422)

    assert words in page
    assert 'href="/analytics/popular?source=mail"' in page


def test_what_fell_to_nothing_is_shown_beside_what_it_was(analyst, visits):
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    days = f"start={tomorrow}&end={tomorrow + timedelta(days=2)}&compare=previous_period"

    page = show(analyst, f"?{days}")

    assert "from 20" in page
    assert rows(page, "sources") == [["newsletter", "0", "none now"], ["Direct", "0", "none now"]]


def test_a_list_shows_its_first_rows_and_all_of_them_on_request(app, analyst):
    began = datetime.now(UTC) - timedelta(days=1)
    opened = [(f"s{number}", as_json({"source": f"source {number}"})) for number in range(9)]
    with app.app_context():
        get(EventTracker).record([Event(uuid4(), "ai_calculator_opened", s, None, began, data) for s, data in opened])
    page = show(analyst, "?period=7d")
    [everything] = [href for href in links(page) if "all=sources" in href]

    assert len(rows(page, "sources")) == 8
    assert "All 9 sources" in page
    assert len(rows(show(analyst, everything.removeprefix("/analytics")), "sources")) == 9


def test_days_that_are_over_promise_no_new_visits(analyst):
    assert "New visits appear within seconds" in show(analyst, "")
    assert "New visits appear within seconds" not in show(analyst, "?start=2020-01-01&end=2020-01-02")


@pytest.mark.parametrize("path", [*PAGES, "/funnel"])
def test_what_cannot_be_counted_is_said_so_with_the_question_and_a_request_id(app, analyst, visits, path):
    question = f"{path}?period=7d&tz=Asia%2FKolkata&source=mail"
    with app.app_context():
        get(LakeSync).run()
        for file in get(Lake).folder.rglob("*.parquet"):
            file.unlink()

    page = show(analyst, question, 503)

    assert "cannot be read" in page
    assert re.search(r"Request ID <code>[0-9a-f-]{36}</code>", page)
    assert f'href="/analytics{question.replace("&", "&amp;")}">Try again' in page
    assert 'name="tz" list="zones" value="Asia/Kolkata"' in page
    assert not figures(page)


@pytest.mark.parametrize("days", ["start=2024-02-29&end=2024-02-29", "start=2025-02-20&end=2025-03-03"])
def test_every_page_shows_the_29th_of_february_beside_no_other_day(analyst, days):
    for path in ("", "/conversions", "/revenue", "/popular", "/geography", "/explore", "/funnel"):
        assert "february 29" not in show(analyst, f"{path}?{days}&tz=UTC&compare=previous_year")


def test_the_model_that_counts_who_was_lost_says_who_that_is(analyst, visits):
    page = show(analyst, "/revenue?model=markov")

    assert "ask for a plan in this period counts as lost, even if they asked before" in page
