"""The result as a visitor gets it, for a spread of assessments: words, forms, and what the policy allows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import render_template

from backend.assessments.job_impact.model.result import Answers, Family, Moves, Outlook
from backend.assessments.job_impact.presentation.page import CountedAnswers, PayFields, ResultForms, result_page
from backend.assessments.job_impact.presentation.week import lines
from tests.conftest import make_app, make_settings
from tests.factories_result import NURSE, assessment, missed, move

DAY = datetime(2026, 11, 21, tzinfo=UTC)
WEEK = {Family.TASK: 94.6, Family.ABILITY: 56.1, Family.USAGE: 65.6}
ALARM = re.compile(r"\brisk|\bsafe\b|be replaced|losing your job|probabilit|only \d+ (left|spots)|hurry", re.IGNORECASE)
SPREAD = {
    "nurse": assessment(),
    "changed week": assessment(NURSE, WEEK),
    "high": assessment({"beta_human": 88.0, "beta_gpt4": 93.8, "aioe": 70.6, "microsoft": 98.0, "anthropic": 99.2}),
    "low": assessment({"beta_human": 1.0, "beta_gpt4": 3.0, "aioe": 5.0, "microsoft": 2.0, "anthropic": 9.0}),
    "two kinds": assessment({"beta_human": 93.0, "microsoft": 95.0}),
    "spread out": assessment({"beta_human": 2.0, "aioe": 50.0, "anthropic": 99.0}),
    "no score": assessment({"aioe": 40.0}),
    "nothing": assessment({}, pay=None, outlook=None, activities=(), moves=Moves((), (), "Nothing to compare.")),
    "shrinking": assessment(outlook=Outlook(-5.5, 341_700, "No formal credential", "2024-34", 3.1)),
    "many moves": assessment(moves=Moves((move(),) * 9, (move(missed=missed("pays 9.0% less"), openings=None),), None)),
}


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    """One app for all: drawing a result needs no database."""
    app = make_app(make_settings(tmp_path_factory.mktemp("drawn")))

    def rendered(a, answers=None, *, read_only=False, salary="", **given):
        forms = ResultForms(
            address="/ai-job-impact-calculator/a-token",
            week=tuple(lines(a.activities, {})),
            pay=PayFields(salary, "year", "40"),
            **{"errors": {}, "share_url": None, "share_until": DAY, "in_my_account": False, **given},
        )
        page = result_page(
            a, answers or Answers(a.code), None, None if read_only else forms, CountedAnswers("", "", "")
        )
        with app.test_request_context("/"):
            return render_template("job_impact/result.html", page=page)

    return rendered


def visible(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize("case", SPREAD)
def test_every_result_says_what_it_is_not_and_never_alarms(show, case):
    said = visible(show(SPREAD[case]))
    assert "This is not the chance of losing a job, and it says nothing about robots" in said
    assert not ALARM.search(said)
    assert said.count("confidence interval") == said.count("it is not a confidence interval")
    assert "None" not in said
    assert " %" not in said


@pytest.mark.parametrize("case", SPREAD)
def test_every_result_is_drawn_without_style_attributes_or_doubled_ids(show, case):
    html = show(SPREAD[case], share_url="https://mingus.test/shared/abc")
    assert not re.search(r"\s(style|on\w+)=", html)
    identifiers = re.findall(r'\sid="([^"]+)"', html)
    assert len(identifiers) == len(set(identifiers))
    for figure in re.findall(r"<svg[^>]*>", html):
        assert "viewBox" not in figure
        assert 'role="img"' in figure or 'aria-hidden="true"' in figure


@pytest.mark.parametrize("case", SPREAD)
def test_a_shared_result_can_be_read_but_not_changed(show, case):
    html = show(SPREAD[case], read_only=True)
    assert "<form" not in html
    assert "data-offer" not in html
    assert "Take it yourself" in html


def test_every_form_carries_the_token_and_goes_to_this_draft(show):
    forms = re.findall(r"<form.*?</form>", show(SPREAD["nurse"]), re.DOTALL)
    assert [re.search(r'action="([^"#]+)', form)[1] for form in forms] == [
        "/ai-job-impact-calculator/a-token/week",
        "/ai-job-impact-calculator/a-token/pay",
        "/ai-job-impact-calculator/a-token/share",
    ]
    assert all('name="csrf_token"' in form for form in forms)


@pytest.mark.parametrize("case", SPREAD)
def test_apostrophes_and_years_are_set_with_their_own_signs(show, case):
    html = unescape(show(SPREAD[case]))
    said = visible(html) + " ".join(re.findall(r'aria-label="([^"]*)"', html))

    assert "'" not in said
    assert "2024-34" not in said


def test_a_bad_salary_is_explained_beside_its_field(show):
    html = show(SPREAD["nurse"], errors={"salary": "Enter your pay as an amount"}, salary="lots")
    assert 'aria-invalid="true"' in html
    assert "Enter your pay as an amount" in html
    assert 'value="lots"' in html


def test_pay_that_was_given_is_placed(show):
    a = SPREAD["nurse"]
    html = show(replace(a, pay=replace(a.pay, percentile=42.3)), Answers(a.code, salary=92_000), salary="92,000")
    assert "Your $92,000 is higher than about 42% of people in this job in the United States." in visible(html)


def test_the_offer_is_plain_and_needs_the_script_to_answer(show):
    html = show(SPREAD["nurse"])
    assert '<section class="section offer no-print" aria-labelledby="offer-h" data-offer="membership">' in html
    assert re.search(r'<button[^>]*data-upgrade data-price-cents="1000" hidden>', html)
    assert "It is not on sale yet." in html
