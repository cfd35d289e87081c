from __future__ import annotations

import json
import re
from html import unescape

import pytest

from backend.reference.loading import load_reference
from backend.routes.pages.methodology import VALIDATION
from tests.conftest import make_app, make_settings
from tests.validation import checks


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """One app for all: the page needs no database."""
    return make_app(make_settings(tmp_path_factory.mktemp("methodology"), ANSWERS_RETENTION_DAYS=17))


@pytest.fixture(scope="module")
def page(app):
    answer = app.test_client().get("/methodology")
    assert answer.status_code == 200
    return " ".join(unescape(answer.text).split())


def test_every_source_is_named_with_its_vintage_license_address_and_attribution(page):
    sources = load_reference().sources
    assert len(sources) > 10
    for source in sources:
        for part in (source.name, source.vintage, source.licence, source.attribution, f'href="{source.url}"'):
            assert part in page


def test_the_checks_shown_are_the_checks_that_hold():
    assert json.loads(VALIDATION.read_text()) == checks()


def test_every_reference_value_is_met():
    differing = [check for check in checks() if check["reference"] != check["found"]]
    assert [check["reference"] for check in differing] == ["1e-15"]


def test_the_checks_are_on_the_page(page):
    for check in checks():
        assert check["check"] in page
        assert check["found"] in page


@pytest.mark.parametrize(
    "anchor", ["example", "is", "score", "week", "pay", "moves", "names", "checks", "sources", "privacy"]
)
def test_every_part_can_be_linked_to(page, anchor):
    assert f'id="{anchor}"' in page


def test_it_says_what_exposure_is_not_and_whose_choice_the_cutoffs_are(page):
    assert "The chance of losing a job. No measure used here is one" in page
    assert "These cut-offs are this project’s own choices" in page
    assert "robots or self-driving vehicles" in page


def test_it_begins_with_one_worked_example_whose_numbers_are_those_of_the_result(app, page):
    example, formulas = page.index('id="example"'), page.index('class="formula"')
    words = " ".join(re.sub(r"<[^>]+>", " ", page[example:formulas]).split())
    assert "AI reaches about 36% of the tasks" in words
    assert "The kinds are averaged: (54.3 + 56.1 + 42.6) / 3 = 51.0. More exposed than 51 of 100 US workers." in words
    assert "between 31 and 56. That is 25 points apart; up to 30 counts as agreeing." in words
    assert "moves to 72" in words
    assert "moves to 39" in words
    assert page[example:formulas].count("<svg") > 10


def test_it_gives_the_official_title_of_every_activity(page):
    activities = {a.id: a.title for row in load_reference().occupations.values() for a in row.activities}
    titles = [title for identifier, title in activities.items() if identifier != "other"]
    assert len(titles) == 332
    assert all(f"<td>{title}</td>" in page for title in titles)


def test_it_says_how_measures_agree_and_how_moves_are_ordered(page):
    assert "The measures agree when they lie at most 30 points apart, in part up to 55, and not beyond." in page
    assert "ranked four times: by openings a year, projected growth, pay, and similarity" in page
    assert "Tasks are not hours." in page


def test_it_says_how_long_answers_are_kept(page):
    assert "kept for 17 days" in page


def test_it_needs_no_style_attribute(page):
    assert not re.search(r"\sstyle=", page)
