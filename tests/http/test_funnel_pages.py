"""DASH-1, DASH-6, DASH-7: the page asks all that a funnel can be asked, and its numbers lead to whom they count."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.datastructures import MultiDict

from backend.accounts.permissions import Role
from backend.dashboards.funnel.question import FunnelQuestion
from tests.accounts import BROWSER, make_account, signed_in
from tests.http.funnel_visits import HOME, NOW, VIDEO, asked, fields, links, reached, record_visits, show

PROGRAM = {"Accept": "application/json"}


@pytest.fixture
def visits(app):
    record_visits(app)


@pytest.mark.parametrize("path", ["", ".csv", "/sessions", "/sessions.csv"])
def test_each_needs_a_reader_of_dashboards(app, client, path):
    assert client.get(HOME + path, headers=BROWSER).status_code in (302, 303)
    member = signed_in(app.test_client(), make_account(app, Role.MEMBER))
    assert member.get(HOME + path, headers=BROWSER).status_code == 403


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (VIDEO, [70, 12, 11]),
        (f"{VIDEO}&source=mail", [60, 12, 11]),
        (f"{VIDEO}&source=", [7, 0, 0]),
        (f"{VIDEO}&window=90s", [70, 12, 0]),
        (f"{VIDEO}&exclude=advertisement_seen", [70, 12, 10]),
        (f"{VIDEO}&order=strict", [70, 12, 10]),
        ("steps=video_shared&steps=ai_calculator_opened&order=unordered", [11, 11]),
        (f"{VIDEO}&scope=visitor&window=7d", [70, 12, 11]),
    ],
)
def test_the_address_says_what_is_counted(analyst, visits, query, expected):
    assert reached(show(analyst, f"{HOME}?{query}")) == expected


def test_a_funnel_of_ones_own_says_what_it_is(analyst, visits):
    page = show(analyst, f"{HOME}?{VIDEO}&window=2h&order=unordered&scope=visitor&exclude=advertisement_seen")

    assert "Of 70 visitors, 10 reached “Video shared”" in page
    assert "in any order, within 2 hours of the first step, through all sessions of a visitor" in page
    assert "without “Advertisement seen” between" in page
    assert "70 visitors took the first step" not in page


def test_the_editor_opens_over_the_figures_only_while_it_is_used(analyst):
    """A funnel that is shown has its editor closed; one that is being changed, or was refused, has it open."""
    opened = ['id="steps" open>' in show(analyst, f"{HOME}?{query}") for query in (VIDEO, f"{VIDEO}&edit=steps")]

    assert opened == [False, True]
    assert 'id="steps" open>' in show(analyst, f"{HOME}?window=soon", 422)
    assert "edit=" not in "".join(links(show(analyst, f"{HOME}?{VIDEO}&edit=steps"), HOME))


def test_what_was_before_stands_beside(analyst, visits):
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    page = show(analyst, f"{HOME}?{VIDEO}&start={tomorrow}&end={tomorrow}&compare=previous_period")
    assert "took the first step, “Video opened”, in this period" in page

    page = show(analyst, f"{HOME}?{VIDEO}&period=7d&compare=previous_period")
    assert "The previous 7 days" in page
    assert page.count('data-label="Before">0') == 3


def test_groups_stand_beside_each_other_with_the_others(analyst, visits):
    page = show(analyst, f"{HOME}?{VIDEO}&breakdown=source&limit=1")

    assert re.findall(r'id="group-\d">(?:<a[^>]*>)?([^<]*)<', page) == ["mail", "The other 2"]
    assert re.findall(r"n = (\d+) sessions", page) == ["60", "10"]
    assert any("source=mail" in href and "breakdown" not in href for href in links(page, VIDEO.split(",")[1][:5]))


def test_the_csv_is_the_rows_of_the_page(analyst, visits):
    today = datetime.now(UTC).date()
    days = f"start={today - timedelta(days=1)}&end={today}"
    page = show(analyst, f"{HOME}?{VIDEO}&{days}&source=mail&breakdown=source&limit=1")
    [address] = set(links(page, "funnel.csv"))
    rows = list(csv.DictReader(StringIO(analyst.get(address).text)))

    assert [(row["source"], row["sessions"], row["previous_sessions"]) for row in rows] == [
        ("mail", "60", "0"),
        ("mail", "12", "0"),
        ("mail", "11", "0"),
    ]


@pytest.mark.parametrize(
    ("change", "steps", "anchor"),
    [
        ("add", "a,b:2,c,", "steps.3"),
        ("remove:1", "a,c", "steps.1"),
        ("remove:2", "a,b:2", "steps.1"),
        ("up:1", "b:2,a,c", "steps.0"),
        ("up:0", "a,b:2,c", "steps.0"),
        ("down:1", "a,c,b:2", "steps.2"),
        ("down:2", "a,b:2,c", "steps.2"),
        ("show", "a,b:2,c", ""),
    ],
)
def test_buttons_change_the_steps_and_the_address(analyst, change, steps, anchor):
    given = {"steps": ["a", "b:2", "c"], "window": "1h", "source": "mail", "change": change, "period": "7d"}
    answer = analyst.get(HOME, query_string=given, headers=BROWSER)

    assert answer.status_code == 302
    there = urlsplit(answer.location)
    assert dict(parse_qsl(there.query)) == {
        **({} if change == "show" else {"edit": "steps"}),
        "steps": steps,
        "window": "1h",
        "source": "mail",
        "period": "7d",
        "tz": "UTC",
    }
    assert there.fragment == anchor


def test_an_empty_row_waits_for_its_event_and_is_forgotten_when_shown(analyst, visits):
    page = show(analyst, f"{HOME}?steps=video_opened,video_shared,")
    assert fields(page, "steps") == ["video_opened", "video_shared", ""]
    assert reached(page) == [70, 11]

    answer = analyst.get(f"{HOME}?steps=video_opened&steps=&steps=video_shared&change=show", headers=BROWSER)
    assert asked(answer.location).rows == ("video_opened", "video_shared")


def test_the_calculators_own_steps_need_not_be_said(analyst):
    shown = fields(show(analyst, HOME), "steps")
    sent = {"steps": shown, "window": "24h", "change": "show", "period": "30d"}
    answer = analyst.get(HOME, query_string=sent, headers=BROWSER)

    assert len(shown) == 5
    assert dict(parse_qsl(urlsplit(answer.location).query)) == {"period": "30d", "tz": "UTC"}


def test_a_question_is_its_own_address():
    shape = "window=7d&order=strict&scope=visitor&exclude=a,b&breakdown=source&limit=3"
    question = asked(f"{HOME}?{VIDEO}&{shape}&source=&compare=previous_year")
    again = FunnelQuestion.parse(MultiDict(question.page.address()), "UTC", NOW)

    assert question.query is not None
    assert again == question


def test_events_to_pick_are_those_of_the_period_with_their_counts_then_known_ones(analyst, visits):
    page = show(analyst, f"{HOME}?steps=video_opened,video_shred")
    options = re.findall(r'<option value="([^"]*)" data-name="([^"]*)" data-events="\d+" label="([^"]*)"', page)

    assert options[:4] == [
        ("Opened the calculator", "ai_calculator_opened", "70 events"),
        ("video_opened", "video_opened", "70 events"),
        ("video_part_seen", "video_part_seen", "12 events"),
        ("video_part_seen:2", "video_part_seen:2", "12 events"),
    ]
    assert ("advertisement_seen", "advertisement_seen", "1 event") in options
    assert ("Saw the result", "assessment_submitted", "None in this period") in options
    assert re.findall(r'id="(steps\.\d)-s" data-says>([^<]*)<', page) == [
        ("steps.0", "70 events"),
        ("steps.1", "No such events arrived in this period."),
    ]


def test_a_label_may_be_entered_for_an_event(analyst, visits):
    entered = {"steps": ["Opened the calculator", "video_opened"], "exclude": "saw the RESULT, zz", "change": "show"}
    answer = analyst.get(HOME, query_string=entered, headers=BROWSER)

    assert asked(answer.location).rows == ("ai_calculator_opened", "video_opened")
    assert asked(answer.location).asked.exclude == ("assessment_submitted", "zz")
    page = show(analyst, answer.location)
    assert fields(page, "steps") == ["Opened the calculator", "video_opened"]
    assert fields(page, "exclude") == ["Saw the result, zz"]
    assert reached(page) == [70, 70]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "steps=video_opened&steps=nosuch_event:2",
            "No nosuch_event events arrived in this period. Check the spelling.",
        ),
        (f"{VIDEO}&exclude=zz", "No zz events arrived in this period."),
        ("steps=zz,video_opened&exclude=yy", "No zz or yy events arrived in this period. Check the spelling."),
        ("steps=ai_calculator_opened,assessment_submitted", ""),
        (f"{VIDEO}&exclude=advertisement_seen&source=nowhere", ""),
        (f"{VIDEO}&exclude=zz&start=2020-01-01&end=2020-01-02", ""),
    ],
)
def test_events_that_nobody_sent_are_named_above_the_chart(analyst, visits, query, words):
    told = re.findall(r'id="unsent">(.*?)</p>', show(analyst, f"{HOME}?{query}"))

    assert len(told) == bool(words)
    assert words in "".join(told)


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("steps=a,B!", "steps.1", "“B!” is not an event name."),
        ("steps=&steps=a&steps=B!&change=stay", "steps.2", "“B!” is not an event name."),
        ("steps=a", "steps.0", "A funnel has 2 to 12 steps."),
        ("window=soon", "window", "Enter a time such as 30m, 24h, or 7d."),
        ("window=25h", "window", "Enter a time between 1s and 24h"),
        ("exclude=calculator_step_completed", "exclude", "is a step of this funnel too"),
        ("order=loose", "order", "Choose an order from the list"),
        ("scope=town", "scope", "Choose what to count by"),
        ("breakdown=shoes", "breakdown", "Choose a breakdown from the list."),
        ("breakdown=event_type", "breakdown", "Choose a breakdown from the list."),
        ("limit=1000", "limit", "Choose a number of groups"),
    ],
)
def test_what_cannot_be_asked_comes_back_beside_its_field(analyst, query, field, words):
    page = show(analyst, f"{HOME}?{query}", 422)

    assert "<title>Error: Funnel" in page
    assert [href for href in links(page, f"#{field}") if href == f"#{field}"] == [f"#{field}"]
    assert page.count(words) == 2
    assert re.search(rf'id="{re.escape(field)}"[^>]* aria-invalid="true"', page)
    assert f'id="{field}-e"' in page


def test_all_faults_are_told_at_once_with_what_was_typed(analyst):
    page = show(analyst, f"{HOME}?start=soon&steps=Opened!,b&window=soon&exclude=c+c&breakdown=shoes&source=mail", 422)

    assert re.findall(r'<li><a href="#([^"]*)">', page) == ["start", "steps.0", "exclude", "window", "breakdown"]
    assert fields(page, "steps") == ["Opened!", "b"]
    assert (fields(page, "window"), fields(page, "exclude")) == (["soon"], ["c c"])
    assert 'name="source" value="mail"' in page


def test_a_form_adds_a_filter_to_a_funnel_of_ones_own(analyst):
    answer = analyst.get(f"{HOME}?{VIDEO}&field=source&value=mail", headers=BROWSER)

    assert answer.status_code == 302
    assert asked(answer.location).page.filters[0].values == ("mail",)
    assert asked(answer.location).rows == asked(f"{HOME}?{VIDEO}").rows


def test_nothing_yet_says_why_and_what_to_do(analyst):
    page = show(analyst, f"{HOME}?steps=a,b&source=mail")

    assert "No session took the first step, “A”, in this period" in page
    assert "check the filters, the dates" in page
    assert any("steps=a,b" in unescape(href).replace("%2C", ",") and "source" not in href for href in links(page))
    assert "Show the calculator’s funnel" in page
    assert "with these filters" in show(analyst, f"{HOME}?source=mail")


def test_hostile_names_are_shown_as_text(analyst, visits):
    page = show(analyst, f"{HOME}?{VIDEO}&breakdown=source&limit=3")
    assert "x&lt;y" in page
    assert "x<y" not in page

    page = analyst.get(
        HOME, query_string={"steps": '"><script>alert(1)</script>', "exclude": "'\"<b>"}, headers=BROWSER
    )
    assert "<script>alert" not in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize(("question", "said"), [("scope=visitor&source=mail", True), ("scope=visitor", False)])
def test_whose_session_a_filter_is_about_is_said_where_visitors_are_followed(analyst, visits, question, said):
    page = show(analyst, f"{HOME}?{question}&window=1d")

    assert ("the session in which a visitor took the first step" in page) is said


@pytest.mark.parametrize("query", ["step=99", "outcome=zz", "grouped_by=zz", "edit=zz", "period=7d&start=2026-11-01"])
def test_what_no_form_and_no_link_of_the_page_asks_is_refused(analyst, query):
    assert analyst.get(f"{HOME}?{query}").status_code == 422
