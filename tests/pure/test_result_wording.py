from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.result import Answers, Assessment, Family, Moves, Outlook, PayPlace
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.figure import MEASURE_NAMES
from backend.assessments.job_impact.presentation.next_steps import next_steps
from backend.assessments.job_impact.presentation.pdf import result_data
from tests.factories_result import NURSE, assessment, missed, move

FORBIDDEN = re.compile(
    r"\brisks?\b|\bsafe\w*|be replaced|will replace|losing your job|probabilit|\bobsolete|\burgent|hurry|only today",
    re.IGNORECASE,
)
places = st.floats(0, 100)
found = st.dictionaries(st.sampled_from(list(MEASURE_NAMES)), places)
weeks = st.none() | st.fixed_dictionaries(dict.fromkeys(Family, places))
growth = st.floats(-40, 60)
pay = st.builds(
    PayPlace,
    *[st.none() | st.integers(15_000, 500_000)] * 5,
    area=st.sampled_from(["United States", "Georgia"]),
    vintage=st.just("May 2025"),
    percentile=st.none() | st.floats(1, 99),
)
moves = st.sampled_from(
    [
        Moves((), (), "This job is already among the least exposed: no job can lie 10 points lower."),
        Moves((), (move(missed=missed("pays 12.0% less"), pay_change=-12.0),), None),
        Moves((move(),), (), None),
        Moves((move(), move(title="Dental hygienists")), (move(missed=missed("only 7 points less exposed")),), None),
    ]
)


@st.composite
def assessments(draw: st.DrawFn) -> Assessment:
    places_found, week = draw(found), draw(weeks)
    built = assessment(places_found, week)
    built = built if built.typical else replace(built, yours=None)
    return replace(
        built,
        pay=draw(st.none() | pay),
        outlook=draw(
            st.none()
            | st.builds(Outlook, growth, st.integers(0, 10**6), st.just("No degree"), st.just("2024-34"), growth)
        ),
        moves=draw(moves),
        activities=draw(st.sampled_from([built.activities, built.activities[:1], ()])),
    )


def everything_said(a: Assessment, salary: float | None = None) -> str:
    data = result_data(a, Answers(a.code, salary=salary), None)
    return f"{json.dumps(data, ensure_ascii=False)} {wording.week_lead(a)} {wording.announcement(a)}"


@given(assessments(), st.none() | st.floats(1, 1e7))
def test_no_result_promises_or_threatens(a: Assessment, salary: float | None) -> None:
    said = everything_said(a, salary)
    assert wording.NOT_THIS in said
    assert not FORBIDDEN.search(said.replace(wording.NOT_THIS, ""))
    assert "chance of" not in said.replace(wording.NOT_THIS, "")
    assert "confidence interval" not in said


@given(assessments(), st.none() | st.floats(1, 1e7))
def test_numbers_are_written_the_american_way(a: Assessment, salary: float | None) -> None:
    sentences = [
        *wording.headline(a),
        wording.lead(a),
        wording.week_lead(a),
        wording.moves_lead(a),
        wording.pay_sentence(a, salary) or "",
        wording.outlook_sentence(a.outlook) if a.outlook else "",
        *(f"{step.text} {step.because}" for step in next_steps(a)),
    ]
    for sentence in sentences:
        assert " %" not in sentence
        assert not re.search(r"(?<![\w’])-\d", sentence)
        assert "  " not in sentence
        assert "None" not in sentence
        assert "nan" not in sentence


@given(assessments())
def test_every_step_says_which_number_it_follows_from(a: Assessment) -> None:
    steps = next_steps(a)
    assert len(steps) <= 5
    assert all(re.search(r"\d", step.because) for step in steps)


def test_the_headline_of_registered_nurses() -> None:
    assert " ".join(wording.headline(assessment(NURSE))) == (
        "More exposed than 51% of US workers; published measures range from 43 to 56."
    )


@pytest.mark.parametrize(("score", "said"), [(99.8, "more than 99%"), (0.2, "fewer than 1%"), (50.5, "51%")])
def test_nobody_is_more_exposed_than_everyone(score: float, said: str) -> None:
    a = assessment({"aioe": score, "microsoft": score})
    assert said in wording.headline(a)[0]


def test_a_changed_week_speaks_of_the_week_and_of_both_places() -> None:
    a = assessment(NURSE, {Family.TASK: 94.6, Family.ABILITY: 56.1, Family.USAGE: 65.6})
    assert wording.headline(a)[0].startswith("With your week, more exposed than 72%")
    assert wording.week_heading(a) == "Your week moves it from 51 to 72"
    assert "A typical week is at 51." in wording.announcement(a)


def test_words_of_the_sources_are_set_as_those_of_the_page() -> None:
    assert wording.typeset("2 years' work, a bachelor's degree, 2024-34, 29-1141, 2019-2023, ages 25-34") == (
        "2 years’ work, a bachelor’s degree, 2024–34, 29-1141, 2019–2023, ages 25-34"
    )


def test_related_jobs_say_their_rule() -> None:
    assert "at most one step more preparation." in wording.moves_lead(assessment(NURSE))


def test_a_measure_outside_the_range_is_named() -> None:
    a = assessment(NURSE)
    assert a.yours is not None
    assert "One measure lies outside the range: Microsoft at 31." in wording.agreement_fact(a, a.yours).meaning


def test_a_measure_that_rounds_into_the_range_is_not_called_outside() -> None:
    assert wording.outside_note(assessment({"aioe": 71.0, "microsoft": 98.0, "anthropic": 99.2})) == ""


def test_evidence_across_levels_is_said() -> None:
    a = assessment({"beta_human": 10.0, "aioe": 40.0, "microsoft": 90.0})
    assert a.yours is not None
    assert "The evidence ranges from low to high." in wording.level_fact(a.yours).meaning
    assert wording.agreement_fact(a, a.yours).finding == "No"


def test_without_a_score_the_reason_stands_in_its_place() -> None:
    a = assessment({"aioe": 40.0})
    assert wording.headline(a) == ("The evidence is too thin for a score.", "Its pay and outlook are below.")
    assert wording.headline(replace(a, pay=None, outlook=None))[1] == ""
    assert all("exposed" not in step.text for step in next_steps(a))


def test_a_shrinking_job_is_said_to_shrink() -> None:
    assert wording.outlook_sentence(Outlook(-5.5, 341_700, "", "2024-34", 3.1)) == (
        "Projected to shrink while all US jobs grow (+3.1%), with about 341,700 openings a year."
    )


def test_missing_pay_is_named() -> None:
    published = PayPlace(68_940, 80_330, 97_550, None, None, "United States", "May 2025", None)
    said = wording.pay_gap(published, "Georgia")
    assert said is not None
    assert "75th percentile and 90th percentile are not published" in said
    assert "in Georgia, so these are national figures" in said
    assert wording.pay_gap(None, None) is not None
