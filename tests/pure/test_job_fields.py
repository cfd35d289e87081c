"""The one question's choices: what each job is, how far it fits, and what to enter where a title is no job."""

from __future__ import annotations

import pytest

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.presentation.job_fields import job_fields
from backend.assessments.job_impact.presentation.occupation_lists import JobDirectory
from backend.routes.schemas.job_search import SearchResponse


@pytest.fixture(scope="module")
def directory(shipped):
    return JobDirectory(shipped, JobImpactCalculator(shipped))


@pytest.fixture
def fields(shipped, directory):
    return lambda text: job_fields(text, shipped.titles.search(text), directory)


@pytest.fixture
def answer(shipped, directory):
    def ask(text):
        search = shipped.titles.search(text)
        return SearchResponse.of(text, search, directory.found(search.matches))

    return ask


def test_an_exact_match_comes_first_and_says_what_the_job_is(fields, shipped):
    rn, *others = fields("rn").choices
    assert (rn.code, rn.badge, rn.exact) == ("29-1141", "Exact match", True)
    assert rn.note == shipped.names.jobs["29-1141"].does
    assert not any(choice.exact for choice in others)


def test_a_title_of_several_jobs_calls_none_an_answer(fields):
    choices = fields("teacher").choices
    assert len(choices) == 5
    assert {choice.badge for choice in choices} == {""}


def test_a_life_situation_is_answered_with_what_to_enter_instead(fields, answer):
    shown = fields("Student")
    assert (shown.choices, shown.sure) == ((), False)
    assert shown.notice == "“Student” isn’t an occupation. Enter the job you had or the one you want."
    assert (answer("Student").notice, answer("Student").matches) == (shown.notice, [])
    assert "civilian job" in fields("US Army").notice
    assert (fields("nurse").notice, answer("nurse").notice) == ("", None)


def test_a_job_without_a_score_says_so_and_names_the_nearest_that_have_one(fields, answer, directory):
    note = fields("legislator").choices[0].note
    match = answer("legislator").matches[0]
    assert note.startswith("There isn’t enough research to score ")
    assert (match.code, match.scored) == ("11-1031", False)
    assert [near.code for near in match.nearest] == [row.code for row in directory.nearest("11-1031")]
    assert match.nearest[0].name.lower() in note


def test_every_match_of_the_api_has_a_name_and_a_scored_one_has_no_nearest(answer):
    found = answer("nurse")
    assert (found.exact, found.matches[0].fit) == (True, "exact")
    assert all(match.name and match.scored and not match.nearest for match in found.matches)
