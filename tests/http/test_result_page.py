"""The result as a visitor gets it, for a spread of assessments: words, forms, and what the policy allows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import render_template

from backend.assessments.job_impact.model.result import Answers, Evidence, Moves, Outlook
from backend.assessments.job_impact.presentation.headline import Voice
from backend.assessments.job_impact.presentation.no_score import JobLink
from backend.assessments.job_impact.presentation.page import CountedAnswers, MoveChoice, Shown, result_page
from backend.assessments.job_impact.presentation.refining import (
    ResultForms,
    background_menu,
    pay_menu,
    place_menu,
    week_menu,
)
from backend.assessments.job_impact.presentation.share import Head, ShareRow
from backend.assessments.job_impact.presentation.week import week_groups
from backend.assessments.job_impact.questions import EDUCATION
from tests.conftest import make_app, make_settings
from tests.factories_result import NURSE, assessment, missed, move

DAY = datetime(2026, 11, 21, tzinfo=UTC)
ADDRESS = "https://mingus.test/result/abc"
WEEK = {Evidence.TASK: 94.6, Evidence.ABILITY: 56.1, Evidence.USAGE: 65.6}
ALARM = re.compile(
    r"\brisk|\bsafe\b|\breplac|losing your job|probabilit|only \d+ (left|spots)|hurry|\btouch", re.IGNORECASE
)
SPREAD = {
    "nurse": assessment(),
    "changed week": assessment(NURSE, WEEK),
    "high": assessment({"beta_human": 88.0, "beta_gpt4": 93.8, "aioe": 70.6, "microsoft": 98.0, "anthropic": 99.2}),
    "low": assessment({"beta_human": 1.0, "beta_gpt4": 3.0, "aioe": 5.0, "microsoft": 2.0, "anthropic": 9.0}),
    "two kinds": assessment({"beta_human": 93.0, "microsoft": 95.0}),
    "spread out": assessment({"beta_human": 2.0, "aioe": 50.0, "anthropic": 99.0}),
    "no score": assessment({"aioe": 40.0}),
    "nothing": assessment({}, pay=None, outlook=None, activities=(), parts=None, moves=Moves((), (), "Nothing.")),
    "shrinking": assessment(outlook=Outlook(-5.5, 341_700, "No formal credential", "2024-34", 3.1)),
    "many moves": assessment(moves=Moves((move(),) * 9, (move(missed=missed(), openings=None),), None)),
}


def forms_of(a, errors, typed):
    answers = Answers(a.code, state="GA")
    return ResultForms(
        address="/result/abc",
        place=place_menu(answers, typed, {"GA": "Georgia"}, {"62": "Health care"}),
        week=week_menu(week_groups(a.activities, {}), typed, entered=a.yours != a.typical),
        pay=pay_menu(a, None, typed.get("salary", "")),
        background=background_menu(answers, typed, EDUCATION),
        errors=errors,
        refused="pay" if errors else "",
        share=ShareRow(ADDRESS, f"{ADDRESS}?card=number", False, "/result/abc", "/result/abc.pdf", "/withdraw", DAY),
        in_my_account=False,
    )


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    """One app for all: drawing a result needs no database."""
    app = make_app(make_settings(tmp_path_factory.mktemp("drawn")))

    def rendered(a, answers=None, *, read_only=False, errors=None, **typed):
        shown = Shown(
            voice=Voice.SHARED if read_only else Voice.OWN,
            address=ADDRESS,
            head=Head("", "", ADDRESS, "", ""),
            about="/jobs/registered-nurses",
            created_at=DAY,
            state_name=None,
            moves=MoveChoice(),
            slugs={},
            nearest=() if a.yours else (JobLink("Nurse practitioner", "/jobs/nurse-practitioners", "55"),),
        )
        forms = None if read_only else forms_of(a, errors or {}, typed)
        page = result_page(a, answers or Answers(a.code), shown, forms, CountedAnswers("", "", "", ""))
        with app.test_request_context("/"):
            return render_template("job_impact/result.html", page=page)

    return rendered


def visible(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize("case", SPREAD)
@pytest.mark.parametrize("read_only", [False, True], ids=["own", "shared"])
def test_every_result_says_what_it_is_not_and_never_alarms(show, case, read_only):
    said = visible(show(SPREAD[case], read_only=read_only))

    assert "This is not the chance of losing a job" in said
    assert not ALARM.search(said)
    assert "None" not in said
    assert " %" not in said
    assert "week" not in visible(show(SPREAD["nurse"], read_only=True))


@pytest.mark.parametrize("case", SPREAD)
def test_every_result_is_drawn_without_style_attributes_or_doubled_ids(show, case):
    html = show(SPREAD[case])

    assert not re.search(r"\s(style|on\w+)=", html)
    identifiers = re.findall(r'\sid="([^"]+)"', html)
    assert len(identifiers) == len(set(identifiers))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(identifiers)
    for figure in re.findall(r"<svg[^>]*>", html):
        assert 'role="img"' in figure or 'aria-hidden="true"' in figure or "viewBox" in figure


@pytest.mark.parametrize("case", SPREAD)
def test_a_shared_result_can_be_read_but_not_changed(show, case):
    html = show(SPREAD[case], read_only=True)

    assert 'method="post"' not in html
    assert "data-offer" not in html
    assert "Check your own job" in html
    assert "A result someone shared, made November 21, 2026" in html
    assert not re.search(r"\byour (week|pay|job’s)\b", visible(html))


def test_every_menu_carries_the_token_goes_to_this_result_and_says_what_it_changes(show):
    menus = re.findall(r'<form class="pop__panel".*?</form>', show(SPREAD["nurse"]), re.DOTALL)

    assert [re.search(r'action="([^"#]+)', menu)[1] for menu in menus] == [
        f"/result/abc/{name}" for name in ("place", "week", "pay", "background")
    ]
    assert all('name="csrf_token"' in menu for menu in menus)
    assert [bool(re.search("not change the score|Neither changes the score", menu)) for menu in menus] == [
        True,
        False,
        True,
        True,
    ]
    assert "Changes the score and the three parts" in menus[1]


@pytest.mark.parametrize("case", SPREAD)
def test_apostrophes_and_years_are_set_with_their_own_signs(show, case):
    html = unescape(show(SPREAD[case]))
    said = visible(html) + " ".join(re.findall(r'aria-label="([^"]*)"', html))

    assert "'" not in said
    assert "2024-34" not in said


def test_a_job_without_a_score_says_why_and_where_to_look_instead(show):
    html = show(SPREAD["no score"])

    assert "Why there is no score" in html
    assert '<a href="/jobs/nurse-practitioners">Nurse practitioner</a>' in html
    assert 'class="place"' not in html


def test_a_bad_salary_is_explained_beside_its_field_in_its_open_menu(show):
    html = show(SPREAD["nurse"], errors={"salary": "Enter your pay as an amount"}, salary="lots")

    assert 'aria-invalid="true"' in html
    assert html.count("Enter your pay as an amount") == 2
    assert 'value="lots"' in html
    assert '<details class="pop" id="refine-pay" open>' in html


@pytest.mark.parametrize(
    ("salary", "percentile", "sentence"),
    [
        (92_000, 42.3, "a little below the middle: about 42 in 100 nurses in the United States earn less."),
        (97_000, 49.6, "close to the middle: about 50 in 100 nurses in the United States earn less."),
        (130_000, 87.0, "well above the middle: about 87 in 100 nurses in the United States earn less."),
        (50_000, 2.0, "below what nine in ten nurses in the United States earn."),
        (200_000, 99.0, "above what nine in ten nurses in the United States earn."),
    ],
)
def test_pay_is_placed_in_words_and_beyond_what_is_published_without_a_number(show, salary, percentile, sentence):
    a = SPREAD["nurse"]
    html = show(replace(a, pay=replace(a.pay, percentile=percentile)), Answers(a.code, salary=salary))

    assert f"Your ${salary:,} is {sentence}" in visible(html)


def test_the_offer_is_plain_and_needs_the_script_to_answer(show):
    html = show(SPREAD["nurse"])

    assert 'data-offer="membership"' in html
    assert re.search(r'<button[^>]*data-upgrade data-price-cents="1000" hidden>', html)
    assert "It isn’t on sale yet." in html
